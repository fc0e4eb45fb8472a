"""What the values of an exercise are called in its record: kinds, states, steps, verdicts."""

from __future__ import annotations

from kitart.plan.exercises import fact_of
from kitart.reports.facts.exercise import FindingFacts, ObjectiveFacts, StepFacts
from kitart.reports.message_words import CHANNELS, PURPOSES
from kitart.reports.terms import N_
from kitart.reports.views import Mark
from kitart.reports.wording import Wording
from kitart.rules.exercise_result import FAIL, PART, PASS, Result
from kitart.rules.findings import OBSERVATION, PROPOSED, SERIOUS, STRENGTH, WEAKNESS

KINDS = {
    "contact-call": N_("contact-list call: everybody is asked on each channel"),
    "tabletop": N_("tabletop: people answer what they would do, nothing is set off"),
    "functional": N_("functional exercise: the plans run, with real messages to the players"),
    "rehearsal": N_("full rehearsal: the plans run, with real messages to the players"),
}
STAGES = {
    "planned": N_("planned"),
    "running": N_("running"),
    "carried out": N_("carried out"),
    "evaluated": N_("evaluated"),
    "closed": N_("closed: evaluated, and every corrective action is finished"),
    "stopped": N_("stopped before its end"),
}
FACTS = {
    "answered": N_("the players answer the inject"),
    "ert acknowledged": N_("an ERT member has taken it"),
    "priority set": N_("the priority is set"),
    "account manager told": N_("the account manager knows of it"),
    "contacts valid": N_("as many contacts as the plan asks for are valid"),
    "cover asked": N_("backups are called out"),
    "cover live": N_("a backup is live"),
    "crisis team reached": N_("the crisis team is reached"),
    "level proposed": N_("cover level {value} is proposed"),
    "level invoked": N_("cover level {value} is invoked"),
    "decision": N_("a decision is given ({value})"),
    "message": N_("a message is sent ({value})"),
    "refused": N_("a dead channel is recognised ({value})"),
    "entry": N_("the record has it ({value})"),
}
SIGNED = N_("Signed off by")
"""Each step of the sign-off (t22)."""
VERDICTS = {PASS: N_("passed"), PART: N_("passed in part"), FAIL: N_("failed")}
LOOKS = {PASS: "met", PART: "part", FAIL: "missed"}
RESULTS: dict[str, str] = {
    "met": N_("objective met"),
    "met in part": N_("objective met in part"),
    "not met": N_("objective not met"),
}
RESULT_LOOKS = {"met": "met", "met in part": "part", "not met": "missed"}
CATEGORIES = {
    PROPOSED: N_("proposed by the record, not confirmed yet"),
    STRENGTH: N_("strength"),
    OBSERVATION: N_("observation"),
    WEAKNESS: N_("weakness"),
    SERIOUS: N_("serious weakness"),
}
ATTENDANCE = {
    "present": N_("present"),
    "replaced": N_("replaced by the deputy"),
    "left": N_("taken out by a real incident"),
    "absent": N_("called on, no answer"),
    "not called": N_("not called on"),
}
PARTS = {
    "exercise-result": N_("Why it came out so"),
    "exercise-people": N_("Who else was there, and as what"),
    "exercise-departures": N_("Departures from the scenario, and why"),
    "exercise-effects": N_("Effects on real callers and real work"),
    "exercise-overtime": N_("Overtime"),
    "exercise-plan": N_("Parts of the plan or the matrix to change"),
    "exercise-training": N_("Training"),
    "exercise-next": N_("What to exercise next"),
    "exercise-client": N_("Clients informed"),
}
NOT_MEASURED = N_("not available: no step that measures it was expected")


def in_words(words: Wording, said: str, others: dict[str, str]) -> str:
    """What the programme says, in the record's language where it has it, else as it stands."""
    return others.get(words.language, said)


def step(words: Wording, what: str) -> str:
    """What is expected, in words: "ert acknowledged" is "an ERT member has taken it"."""
    try:
        name, value = fact_of(what)
    except ValueError:
        return words.term(what)
    known = PURPOSES.get(value) or CHANNELS.get(value)
    return words.say(FACTS[name], value=words.term(known) if known else value)


def minutes(words: Wording, value: float | None) -> str:
    """ "4.5 min"; "not available: …" for what never came (D3)."""
    if value is None:
        return words.say("not available: it never came")
    return words.say("{n} min", n=words.decimal(value))


def to_pass(words: Wording, one: ObjectiveFacts) -> str:
    """ "95%" of the steps that measure it; with the time that they may take, where it has one."""
    share = words.percent(one.limit)
    if one.within_minutes is None:
        return share
    return words.say(
        "{share}, within {minutes}", share=share, minutes=minutes(words, one.within_minutes)
    )


def difference(words: Wording, one: StepFacts) -> str:
    """How much earlier or later than allowed."""
    if one.actual_minutes is None:
        return words.say("not available: it never came")
    late = one.actual_minutes - one.expected_minutes
    if late > 0:
        return words.say("{n} min late", n=words.decimal(late))
    return words.say("{n} min to spare", n=words.decimal(-late))


def verdict(words: Wording, value: str | None) -> str | Mark:
    """A step's verdict as a cell."""
    if value not in VERDICTS:
        return words.say("not available: not measured")
    return _mark(words.term(VERDICTS[value]), LOOKS[value])


def result(words: Wording, value: Result | None) -> str | Mark:
    """An objective's result as a cell."""
    if value is None:
        return words.term(NOT_MEASURED)
    return _mark(words.term(RESULTS[value]), RESULT_LOOKS[value])


def category(words: Wording, value: str) -> str | Mark:
    """A finding's category as a cell."""
    said = words.term(CATEGORIES.get(value, value))
    looks = {STRENGTH: "met", WEAKNESS: "part", SERIOUS: "missed"}
    return _mark(said, looks[value]) if value in looks else said


def finding(words: Wording, one: FindingFacts, steps: dict[str, StepFacts]) -> str:
    """A finding's words; one that nobody has confirmed is said in the reader's language."""
    known = steps.get(one.step)
    if one.category != PROPOSED or known is None:
        return one.text
    return missed(words, known)


def missed(words: Wording, one: StepFacts) -> str:
    """What is proposed as a finding: which step did not come in its time."""
    what = step(words, one.what)
    if one.actual_minutes is None:
        return words.say("“{what}” never came; {n} min were allowed", what=what,
                         n=one.expected_minutes)  # fmt: skip
    return words.say("“{what}” came after {actual} min; {n} min were allowed", what=what,
                     actual=words.decimal(one.actual_minutes), n=one.expected_minutes)  # fmt: skip


def _mark(said: str, look: str) -> Mark:
    return Mark(said, look)  # type: ignore[arg-type]
