"""Entering what happened earlier, and correcting an entry: the forms and what is wrong in them.

Times are written as a clock shows them where the person is, and are checked: not in the future,
not long before the incident, and in the hour that comes twice a person says which (E38, E39).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from kitart.gateway import entry_words
from kitart.gateway.board import readable
from kitart.gateway.house import House
from kitart.gateway.incident import author_words, found
from kitart.gateway.visits import Page, Refused, Visitor, closed
from kitart.journal import incidents, late_entries, timeline
from kitart.journal.late_entries import KINDS, OF_A_PROJECT, NotTaken, Standing, Writer
from kitart.journal.tables import Incident
from kitart.language import Phrase, phrase
from kitart.messaging.occasion import title_of
from kitart.plan.schema import Plan
from kitart.rules.local_time import moments_of, untimely

TEXT_LIMIT = 1000
Form = Mapping[str, str]


@dataclass(frozen=True)
class Fault:
    """What is wrong with a form, and the field it stands at."""

    field: str
    words: Phrase


class _Faulty(Exception):
    def __init__(self, field: str, words: Phrase) -> None:
        super().__init__(words)
        self.fault = Fault(field, words)


def late_form(
    place: House, number: str, visitor: Visitor, form: Form, fault: Fault | None = None
) -> Page:
    """The form for a late entry; raises ``Refused`` once the incident is closed (E39)."""
    with place.inst.journal.read() as session:
        row = found(session, number)
        plan = place.inst.plans_for(session, [row])[number]
    _refuse_closed(row, visitor)
    kinds = [(kind, visitor.read(entry_words.LATE_KINDS[kind])) for kind in KINDS]
    view = _common(visitor, plan, row, form, fault) | {
        "kinds": kinds,
        "projects": _projects(plan, row),
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
            raise _Faulty("kind", phrase("Please choose what it is about."))
        moment = _moment(form, row, visitor)
        text = _words(form, "text", phrase("Please write what happened."))
        project = form.get("project") or None
        if project is not None and project not in _projects(plan, row):
            raise _Faulty("project", phrase("The incident does not touch this project."))
    except _Faulty as faulty:
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
    row, plan, entry = _entry(place, number, seq)
    local = entry.occurred_at.astimezone(ZoneInfo(visitor.zone))
    stands = {"date": f"{local:%Y-%m-%d}", "time": f"{local:%H:%M}", "text": entry.text}
    stands["later"] = str(local.fold)
    view = _common(visitor, plan, row, stands if form is None else form, fault) | {
        "entry": entry,
        "kind": visitor.read(entry_words.of(entry_words.ENTRIES, entry.type)),
        "entry_text": readable(visitor, entry.text),
        "by": author_words(visitor, entry),
    }
    return Page("correction.html", view, 422 if fault else 200)


def correct(place: House, number: str, seq: int, visitor: Visitor, form: Form) -> Page | None:
    """Record a correction; the form again, with what is wrong, while it can't be taken."""
    row, _, entry = _entry(place, number, seq)
    withdrawn = bool(form.get("withdrawn"))
    try:
        why = _words(form, "why", phrase("Please write why you correct it."))
        local = entry.occurred_at.astimezone(ZoneInfo(visitor.zone))
        untouched = (form.get("date"), form.get("time")) == (
            f"{local:%Y-%m-%d}", f"{local:%H:%M}",
        )  # fmt: skip
        # The form knows minutes; what nobody changed keeps its seconds.
        moment = None if untouched or withdrawn else _moment(form, row, visitor)
        text = form.get("text", "").strip()
        text = _words(form, "text", phrase("Please write what happened.")) if text else ""
        text = "" if text == entry.text else text
        if not withdrawn and moment is None and not text:
            raise _Faulty("time", phrase("Nothing is changed: change the time or the words."))
    except _Faulty as faulty:
        return correction_form(place, number, seq, visitor, form, faulty.fault)
    with place.inst.journal.write() as session:
        late_entries.correct(
            session, number, seq, why, Writer(visitor.person, visitor.role),
            occurred_at=moment, text=text, withdrawn=withdrawn, now=visitor.now,
        )  # fmt: skip
    return None


def _common(
    visitor: Visitor, plan: Plan, row: Incident, form: Form, fault: Fault | None
) -> dict[str, Any]:
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


def _entry(place: House, number: str, seq: int) -> tuple[Incident, Plan, Standing]:
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
    return row, plan, entry


def _refuse_closed(row: Incident, visitor: Visitor) -> None:
    if row.closed_at is None:
        return
    raise Refused(
        409,
        phrase("{number} is closed: only corrections are taken", number=row.number),
        phrase("Choose “Correct this entry” beside the entry on the incident's page."),
        number=row.number,
    )


def _projects(plan: Plan, row: Incident) -> list[str]:
    known = any(system.id == row.system_id for system in plan.systems)
    return [p.id for p in plan.projects_affected_by(row.system_id)] if known else []


def _words(form: Form, field: str, missing: Phrase) -> str:
    text = form.get(field, "").strip()
    if not text:
        raise _Faulty(field, missing)
    if len(text) > TEXT_LIMIT:
        raise _Faulty(field, phrase("Please write fewer words: {n} letters fit.", n=TEXT_LIMIT))
    return text


def _moment(form: Form, row: Incident, visitor: Visitor) -> datetime:
    """The moment in UTC that date and time stand for where the person is."""
    try:
        day, at = date.fromisoformat(form.get("date", "")), time.fromisoformat(form.get("time", ""))
    except ValueError as error:
        raise _Faulty(
            "time", phrase("Please give date and time, such as {example}.", example="10:07")
        ) from error
    moments = moments_of(day, at.replace(tzinfo=None), visitor.zone)
    if not moments:
        raise _Faulty("time", phrase("This time did not exist that night: clocks went forward."))
    if len(moments) > 1 and form.get("later") not in ("0", "1"):
        raise _Faulty("later", phrase("This time came twice that night: choose which one it was."))
    moment = moments[-1] if form.get("later") == "1" else moments[0]
    why = untimely(moment, late_entries.begins_at(row), visitor.now)
    if why == "future":
        raise _Faulty("time", phrase("This time is still to come."))
    if why == "too early":
        raise _Faulty(
            "time",
            phrase("This is more than a day before the incident began, {when}.",
                   when=visitor.times(late_entries.begins_at(row))),
        )  # fmt: skip
    return moment
