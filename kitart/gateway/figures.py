"""Figures that people counted: calls and messages of a queue, by a form (c5 to c8, D3).

The phone system's own count stands where there is one and nobody counted later. What nobody counted
stays "not available"; a blank field is no zero.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from kitart.gateway.hand_forms import Fault, Faulty, Form, words_in
from kitart.gateway.house import House
from kitart.gateway.incident import found
from kitart.gateway.recording import form_view, moment_of_incident, projects_of
from kitart.gateway.visits import Page, Visitor
from kitart.journal import call_figures
from kitart.journal.call_figures import FIGURES
from kitart.journal.late_entries import Writer
from kitart.journal.tables import Incident
from kitart.language import Phrase, phrase
from kitart.plan.schema import Plan

LABELS: dict[str, Phrase] = {
    "offered": phrase("Calls that came in"),
    "answered": phrase("of them answered"),
    "abandoned": phrase("of them given up by the caller"),
    "voicemails_left": phrase("Messages left on voicemail"),
    "voicemails_returned": phrase("Messages answered by a call back"),
}
MOST = 1_000_000


def figures_form(
    place: House, number: str, visitor: Visitor, form: Form, fault: Fault | None = None
) -> Page:
    """The form for figures; also once the incident is closed, as counts come late."""
    with place.inst.journal.read() as session:
        row = found(session, number)
        plan = place.inst.plans_for(session, [row])[number]
    now = visitor.now.astimezone(ZoneInfo(visitor.zone))
    shown = {"date": f"{now:%Y-%m-%d}", "time": f"{now:%H:%M}"} | dict(form)
    view = form_view(visitor, plan, row, shown, fault) | {
        "queues": _queues(plan, row),
        "figures": [(name, visitor.read(LABELS[name])) for name in FIGURES],
    }
    return Page("figures.html", view, 422 if fault else 200)


def enter(place: House, number: str, visitor: Visitor, form: Form) -> Page | None:
    """Record figures; the form again, with what is wrong, while they can't be taken."""
    with place.inst.journal.read() as session:
        row = found(session, number)
        plan = place.inst.plans_for(session, [row])[number]
    try:
        queue = form.get("queue", "")
        if queue not in _queues(plan, row):
            raise Faulty("queue", phrase("Please choose the queue."))
        figures = _figures(form)
        until = moment_of_incident(form, row, visitor)
        how = form.get("how", "")
        if how not in ("counted", "estimated"):
            raise Faulty("how", phrase("Please say whether they were counted or estimated."))
        method = ""
        if how == "estimated":
            method = words_in(form, "method", phrase("Please write how they were estimated."))
    except Faulty as faulty:
        return figures_form(place, number, visitor, form, faulty.fault)
    project, _, language = queue.partition("/")
    with place.inst.journal.write() as session:
        call_figures.tell(
            session, number, project, language, figures,
            client=plan.project(project).client, until=until, method=method,
            writer=Writer(visitor.person, visitor.role), now=visitor.now,
        )  # fmt: skip
    return None


def _queues(plan: Plan, row: Incident) -> list[str]:
    return [
        f"{code}/{queue.lang}"
        for code in projects_of(plan, row)
        for queue in plan.project(code).queues
    ]


def _figures(form: Form) -> dict[str, int]:
    given: dict[str, int] = {}
    for name in FIGURES:
        text = form.get(name, "").strip()
        if not text:
            continue
        if not (text.isascii() and text.isdigit()) or int(text) > MOST:
            raise Faulty(name, phrase("Please give a whole number, or leave the field empty."))
        given[name] = int(text)
    if not given:
        raise Faulty("offered", phrase("Please give at least one figure."))
    parts = given.get("answered", 0) + given.get("abandoned", 0)
    if "offered" in given and parts > given["offered"]:
        raise Faulty(
            "offered",
            phrase("More calls were answered and given up ({parts}) than came in.", parts=parts),
        )
    left, returned = given.get("voicemails_left"), given.get("voicemails_returned")
    if left is not None and returned is not None and returned > left:
        raise Faulty(
            "voicemails_returned", phrase("More messages were answered than were left ({left}).",
                                          left=left))  # fmt: skip
    return given
