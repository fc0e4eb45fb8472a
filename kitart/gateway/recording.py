"""Entering what happened earlier, and correcting an entry: the forms and what is wrong in them.

Times are checked: not in the future, not long before the incident (E38, E39).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from kitart.gateway import entry_words
from kitart.gateway.board import readable
from kitart.gateway.hand_forms import TEXT_LIMIT, Fault, Faulty, Form, moment_in, words_in
from kitart.gateway.house import House
from kitart.gateway.incident import author_words, found
from kitart.gateway.legal_forms import scopes_for
from kitart.gateway.visits import Page, Refused, Visitor, closed
from kitart.journal import incidents, late_entries, legal, timeline
from kitart.journal.late_entries import KINDS, MAY_WRITE, OF_A_PROJECT, NotTaken, Standing, Writer
from kitart.journal.tables import Incident
from kitart.language import phrase
from kitart.messaging.occasion import title_of
from kitart.plan.schema import Plan
from kitart.rules.local_time import untimely


def late_form(
    place: House, number: str, visitor: Visitor, form: Form, fault: Fault | None = None
) -> Page:
    """The form for a late entry; raises ``Refused`` once the incident is closed (E39)."""
    with place.inst.journal.read() as session:
        row = found(session, number)
        plan = place.inst.plans_for(session, [row])[number]
    _refuse_closed(row, visitor)
    kinds = [(kind, visitor.read(entry_words.LATE_KINDS[kind])) for kind in KINDS]
    view = form_view(visitor, plan, row, form, fault) | {
        "kinds": kinds,
        "projects": projects_of(plan, row),
    }
    return Page("late_entry.html", view, 422 if fault else 200)


def enter(place: House, number: str, visitor: Visitor, form: Form) -> Page | None:
    """Record a late entry; the form again, with what is wrong, while it can't be taken."""
    with place.inst.journal.read() as session:
        row = found(session, number)
        plan = place.inst.plans_for(session, [row])[number]
    _refuse_closed(row, visitor)
    try:
        kind = form.get("kind", "")
        if kind not in KINDS:
            raise Faulty("kind", phrase("Please choose what it is about."))
        moment = moment_of_incident(form, row, visitor)
        text = words_in(form, "text", phrase("Please write what happened."))
        project = form.get("project") or None
        if project is not None and project not in projects_of(plan, row):
            raise Faulty("project", phrase("The incident does not touch this project."))
    except Faulty as faulty:
        return late_form(place, number, visitor, form, faulty.fault)
    writer = Writer(visitor.person, visitor.role)
    try:
        with place.inst.journal.write() as session:
            late_entries.record(
                session, number, kind, text, moment, writer,
                project=project if kind in OF_A_PROJECT else None, now=visitor.now,
            )  # fmt: skip
    except NotTaken:
        with place.inst.journal.read() as session:
            raise closed(incidents.get(session, number), visitor) from None
    return None


def correction_form(
    place: House,
    number: str,
    seq: int,
    visitor: Visitor,
    form: Form | None,
    fault: Fault | None = None,
) -> Page:
    """The form to correct one entry, with what stands now in its fields."""
    row, plan, entry = _entry(place, number, seq, visitor)
    local = entry.occurred_at.astimezone(ZoneInfo(visitor.zone))
    stands = {"date": f"{local:%Y-%m-%d}", "time": f"{local:%H:%M}", "text": entry.text}
    stands["later"] = str(local.fold)
    view = form_view(visitor, plan, row, stands if form is None else form, fault) | {
        "entry": entry,
        "kind": visitor.read(entry_words.of(entry_words.ENTRIES, entry.type)),
        "entry_text": readable(visitor, entry.text),
        "by": author_words(visitor, entry),
    }
    return Page("correction.html", view, 422 if fault else 200)


def correct(place: House, number: str, seq: int, visitor: Visitor, form: Form) -> Page | None:
    """Record a correction; the form again, with what is wrong, while it can't be taken."""
    row, _, entry = _entry(place, number, seq, visitor)
    withdrawn = bool(form.get("withdrawn"))
    try:
        why = words_in(form, "why", phrase("Please write why you correct it."))
        local = entry.occurred_at.astimezone(ZoneInfo(visitor.zone))
        untouched = (form.get("date"), form.get("time")) == (
            f"{local:%Y-%m-%d}", f"{local:%H:%M}",
        )  # fmt: skip
        # The form knows minutes; what nobody changed keeps its seconds.
        moment = None if untouched or withdrawn else moment_of_incident(form, row, visitor)
        text = form.get("text", "").strip()
        text = words_in(form, "text", phrase("Please write what happened.")) if text else ""
        text = "" if text == entry.text else text
        if not withdrawn and moment is None and not text:
            raise Faulty("time", phrase("Nothing is changed: change the time or the words."))
    except Faulty as faulty:
        return correction_form(place, number, seq, visitor, form, faulty.fault)
    with place.inst.journal.write() as session:
        late_entries.correct(
            session, number, seq, why, Writer(visitor.person, visitor.role),
            occurred_at=moment, text=text, withdrawn=withdrawn, now=visitor.now,
        )  # fmt: skip
    return None


def form_view(
    visitor: Visitor, plan: Plan, row: Incident, form: Form, fault: Fault | None
) -> dict[str, Any]:
    """What every form about a record shows: the incident, its fields, what is wrong."""
    today = visitor.now.astimezone(ZoneInfo(visitor.zone))
    return {
        "visitor": visitor,
        "incident": row,
        "title": readable(visitor, title_of(plan, row)),
        "form": {"date": f"{today:%Y-%m-%d}", "time": "", "later": ""} | dict(form),
        "zone": visitor.zone,
        "problem": visitor.read(fault.words) if fault else "",
        "problem_at": fault.field if fault else "",
        "limit": TEXT_LIMIT,
    }


def _entry(
    place: House, number: str, seq: int, visitor: Visitor
) -> tuple[Incident, Plan, Standing]:
    with place.inst.journal.read() as session:
        row = found(session, number)
        plan = place.inst.plans_for(session, [row])[number]
        standing = late_entries.standing(timeline.entries(session, number))
    entry = next((each for each in standing if each.seq == seq), None)
    if entry is None:
        raise Refused(
            404,
            phrase("There is no such entry"),
            phrase("Choose one on the incident's page. A correction is corrected by a new one."),
            number=number,
        )
    if not _may_correct(visitor, plan, row, entry):
        raise Refused(
            403,
            phrase("You can't correct this entry"),
            phrase("What legal clocks follow from, the data protection contact and the account "
                   "managers of its clients correct; all else, those who may enter it."),
            number=number,
        )  # fmt: skip
    return row, plan, entry


def _may_correct(visitor: Visitor, plan: Plan, row: Incident, entry: Standing) -> bool:
    """Whoever may record such an entry may correct it."""
    if entry.type in legal.WORDS:
        return entry.data.get("scope") in scopes_for(visitor, plan, row)
    return visitor.role in MAY_WRITE


def _refuse_closed(row: Incident, visitor: Visitor) -> None:
    if row.closed_at is None:
        return
    raise Refused(
        409,
        phrase("{number} is closed: only corrections are taken", number=row.number),
        phrase("Choose “Correct this entry” beside the entry on the incident's page."),
        number=row.number,
    )


def projects_of(plan: Plan, row: Incident) -> list[str]:
    """The codes of the projects that the incident touches."""
    known = any(system.id == row.system_id for system in plan.systems)
    return [p.id for p in plan.projects_affected_by(row.system_id)] if known else []


def moment_of_incident(form: Form, row: Incident, visitor: Visitor) -> datetime:
    """The moment of the form, unless it is to come or lies long before the incident."""
    moment = moment_in(form, visitor)
    why = untimely(moment, late_entries.begins_at(row), visitor.now)
    if why == "future":
        raise Faulty("time", phrase("This time is still to come."))
    if why == "too early":
        raise Faulty(
            "time",
            phrase("This is more than a day before the incident began, {when}.",
                   when=visitor.times(late_entries.begins_at(row))),
        )  # fmt: skip
    return moment
