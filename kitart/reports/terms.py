"""Our own words that stand in the facts as values, listed for the catalogues.

Facts, rules and the record know no language: they say "measured" or "no effect inside service
hours". ``Wording.term`` gives such a value in the reader's language; what a person typed is in
no catalogue and stays as it is.
"""

from __future__ import annotations


def N_(text: str) -> str:  # the name that every gettext tool knows
    """``text`` as it is: marks it for the catalogues where it is not yet said to anybody."""
    return text


NOT_RECORDED = N_("not available: not recorded")

STATES = (
    N_("investigating"), N_("cause identified"), N_("cover in place"), N_("recovering"),
    N_("monitoring"), N_("recovered"), N_("false alarm"),
)  # fmt: skip
STATUSES = (N_("draft"), N_("approved"), N_("sent"), N_("superseded"))
KINDS = (
    N_("measured"), N_("counted"), N_("estimated"), N_("reported"), N_("detection only"),
)  # fmt: skip
REPORT_TYPES = {
    "first-notification": N_("first notification"),
    "combined-notice": N_("combined notice"),
    "status-update": N_("status update"),
    "recovery-notice": N_("recovery notice"),
    "correction": N_("correction"),
    "preliminary-report": N_("preliminary closing report"),
    "closing-report": N_("closing report"),
    "after-action-report": N_("after-action report"),
    "exercise-record": N_("record of the exercise"),
}
DECIDED = (N_("proposed"), N_("decided"))
DIVERTS = (
    N_("recorded notice"), N_("carrier divert"), N_("voicemail"), N_("overflow"), N_("notice"),
)  # fmt: skip
RESULTS = (N_("proved"), N_("failed"), N_("not proved yet"))
FACTORS = (
    N_("calls reach VCC"), N_("documents are filed"), N_("agents work in the client's system"),
    N_("the system was tried and works"), N_("calls are answered by the usual agents"),
    N_("callers can leave a voicemail"), N_("calls answered by native speakers"),
    N_("calls answered in the language"), N_("calls answered in English"),
    N_("the input is here and used"),
)  # fmt: skip
CHANNELS = (N_("mail"), N_("sms"), N_("voice"), N_("teams"), N_("chat"))
SOURCES = (
    N_("monitor"), N_("person"), N_("system"), N_("our own check"), N_("our own write"),
    N_("call record"), N_("person's word"), N_("phone system"), N_("our own call"),
)  # fmt: skip
RECORD = (
    N_("vital systems offline"),
    N_("client system offline"),
    N_("workplace unusable"),
    N_("vital input missing"),
    N_("the plan's objective for cover levels 1 to 3"),
    N_("the plan's objective for voicemail (cover level 4)"),
    N_("the situation has changed since it was written"),
    N_("open"),
)

VERDICTS = (
    N_("met"), N_("met in part"), N_("missed"), N_("not applicable"), N_("running"),
    N_("no target"),
)  # fmt: skip
REASONS_OF_VERDICTS = (
    N_("no effect inside service hours"),
    N_("nothing was affected"),
    N_("not reached yet"),
    N_("its owner repairs it"),
    N_("the plan has no steps of its own for missing inputs, and no objective"),
    N_("restored, being proved"),
    N_("a longer objective came into force before this one ended"),
    N_("came into force after its own end"),
    N_("cover level 3 or 4 was not needed"),
    N_("false alarm: kept for statistics only"),
    N_("the line closed before the objective ended"),
    N_("cover level 4 was not needed"),
)
MEASURES = (
    N_("Time to report"), N_("effect starts to report received"),
    N_("Time to emergency response team"), N_("report received to acknowledged by a person"),
    N_("Time to account manager"), N_("effect known to account manager told"),
    N_("Time to classify"), N_("report received to priority set"),
    N_("Time to crisis management team"), N_("cover level 3 or 4 recognised to team reached"),
    N_("Time to invoke"), N_("report received to divert or cover ordered"),
    N_("Recovery time"), N_("effect starts to service restored, held and proved"),
    N_("Time to normal"), N_("effect starts to normal service"),
)  # fmt: skip
