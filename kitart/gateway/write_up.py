"""Writing for the reports: what stands, the form of a section, a corrective action (D24, D29).

The IT manager writes about all and about each client, an account manager about the own clients
alone. What a client may read is marked by who writes it, and may name no other client (D23).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from kitart.gateway import write_up_words as words
from kitart.gateway.board import named, readable
from kitart.gateway.hand_forms import Fault, Faulty, Form
from kitart.gateway.house import House
from kitart.gateway.incident import found
from kitart.gateway.visits import Page, Refused, Visitor
from kitart.journal import incidents, timeline, write_up
from kitart.journal.late_entries import NotTaken, Writer
from kitart.journal.tables import Incident
from kitart.journal.write_up import Action, Text
from kitart.language import phrase
from kitart.messaging.occasion import title_of
from kitart.plan import whom
from kitart.plan.exercises import EXERCISE
from kitart.plan.roles import role_name
from kitart.plan.schema import Plan
from kitart.reports.gathering import gather
from kitart.reports.privacy import ReaderFilter
from kitart.reports.resting import owed
from kitart.rules import write_up as rules
from kitart.rules.write_up import CLIENT_SAFE, INTERNAL, ActionForm, Audience, Part

TEXT_LIMIT = 2000
ALL = "all"


@dataclass(frozen=True)
class _Desk:
    """An incident with what was written about it, and whom this writer may write about."""

    row: Incident
    plan: Plan
    visitor: Visitor
    scopes: tuple[str | None, ...]
    texts: Sequence[Text]
    actions: Sequence[Action]
    complete: bool

    @property
    def of_exercise(self) -> bool:
        """Whether it is the record of an exercise: then all is about the company itself."""
        return self.row.kind == EXERCISE

    @property
    def back(self) -> str:
        """The page that its forms lead back to."""
        number = self.row.number
        return f"/exercise/{number}" if self.of_exercise else f"/incident/{number}/write-up"


def overview(place: House, number: str, visitor: Visitor, about: str = "") -> Page:
    """All that was written, with the way to write more about all or (``about``) one client; raises
    ``Refused`` for who may not."""
    desk = _desk(place, number, visitor)
    if desk.of_exercise:
        raise _not_written_here()
    choices = _choices(desk)
    chosen = about if about in dict(choices) else choices[0][0]
    view = _common(desk) | {
        "choices": choices,
        "about": chosen,
        "sections": [_section(desk, section, chosen) for section in rules.SECTIONS],
        "actions": [_action_shown(desk, each) for each in desk.actions],
        "complete": desk.complete,
        "rests": _rests(place, desk),
    }
    return Page("write_up.html", view)


def section_form(
    place: House,
    number: str,
    section: str,
    about: str,
    visitor: Visitor,
    form: Form | None = None,
    fault: Fault | None = None,
) -> Page:
    """The form of a section about a client, or about all, with what stands in its fields."""
    desk = _desk(place, number, visitor)
    parts = _parts(section)
    client = _scope(desk, about, parts)
    fields = [_field(desk, part, client, form) for part in parts]
    view = _common(desk, fault) | {
        "section": section, "name": visitor.read(words.SECTIONS[section]), "about": about,
        "about_words": _about_words(desk, client), "fields": fields,
    }  # fmt: skip
    return Page("write_section.html", view, 422 if fault else 200)


def take_section(
    place: House, number: str, section: str, about: str, visitor: Visitor, form: Form
) -> Page | None:
    """Record what is new in a section; the form again, with what is wrong, while it can't be."""
    desk = _desk(place, number, visitor)
    parts = _parts(section)
    client = _scope(desk, about, parts)
    try:
        read = [(part, *_read(part, form)) for part in parts]
        if rules.both_ways([part.id for part, text, _, _ in read if text]):
            raise Faulty(
                rules.NOT_ESTABLISHED,
                phrase("A cause can't be known and not established: leave one of them empty."),
            )
        for part, text, audience, _ in read:
            if audience == CLIENT_SAFE:
                _for_their_eyes(place, desk, part.id, text, client)
    except Faulty as faulty:
        return section_form(place, number, section, about, visitor, form, faulty.fault)
    writer = Writer(visitor.person, visitor.role)
    with place.inst.journal.write() as session:
        for part, text, audience, day in read:
            write_up.write(
                session, number, part.id, text, writer, client=client,
                audience=audience, day=day, now=visitor.now,
            )  # fmt: skip
    return None


def action_form(
    place: House,
    number: str,
    action: int | None,
    visitor: Visitor,
    form: Form | None = None,
    fault: Fault | None = None,
    suggested: dict[str, str] | None = None,
) -> Page:
    """The form of a corrective action: a new one (with what is ``suggested`` in its fields), or
    one that is changed or completed."""
    desk = _desk(place, number, visitor)
    stands = _stands(desk, action) if action is not None else None
    view = _common(desk, fault) | {
        "action": action,
        "form": dict(form) if form is not None else _as_form(stands) | (suggested or {}),
        "owners": _owners(desk),
        "scopes": _choices(desk),
        "statuses": [(s, visitor.read(words.STATUSES[s])) for s in rules.STATUSES]
        if stands else [],
    }  # fmt: skip
    return Page("write_action.html", view, 422 if fault else 200)


def take_action(
    place: House, number: str, action: int | None, visitor: Visitor, form: Form
) -> Page | None:
    """Record a corrective action; the form again, with what is wrong, while it can't be (D29)."""
    desk = _desk(place, number, visitor)
    stands = _stands(desk, action) if action is not None else None
    try:
        given = _given(desk, form, stands)
        if given.audience == CLIENT_SAFE:
            for field in ("finding", "action", "check", "evidence", "effect", "resources"):
                _for_their_eyes(place, desk, field, getattr(given, field), given.client)
    except Faulty as faulty:
        return action_form(place, number, action, visitor, form, faulty.fault)
    writer = Writer(visitor.person, visitor.role)
    try:
        with place.inst.journal.write() as session:
            write_up.record_action(session, number, given, writer, place=action, now=visitor.now)
    except NotTaken as gone:
        raise _no_action(number) from gone
    return None


def take_complete(place: House, number: str, visitor: Visitor) -> None:
    """All is written: the reports may be drafted. Of the IT manager for all, of an account manager
    for the own clients."""
    desk = _desk(place, number, visitor)
    writer = Writer(visitor.person, visitor.role)
    with place.inst.journal.write() as session:
        for client in (None,) if None in desk.scopes else desk.scopes:
            write_up.complete(session, number, writer, client=client, now=visitor.now)


def _desk(place: House, number: str, visitor: Visitor) -> _Desk:
    with place.inst.journal.read() as session:
        row = found(session, number)
        plan = place.inst.plans_for(session, [row])[number]
        entries = timeline.entries(session, number)
    if not incidents.is_disruption(row) and row.kind != EXERCISE:
        raise _not_written_here()
    scopes = _scopes(plan, row, visitor)
    if not scopes:
        raise Refused(
            403,
            phrase("Others write about this incident"),
            phrase("It touches no client of yours. The IT manager writes for all."),
            number=number,
        )
    whole = write_up.is_complete(entries, None if None in scopes else scopes[0])
    return _Desk(
        row, plan, visitor, scopes, write_up.texts(entries), write_up.actions(entries), whole
    )


def _not_written_here() -> Refused:
    return Refused(404, phrase("No report is written about this"), phrase("Go back to the board."))


def _scopes(plan: Plan, row: Incident, visitor: Visitor) -> tuple[str | None, ...]:
    """About whom a person writes; ``None`` is about all."""
    if row.kind == EXERCISE:
        return (None,)
    touched = plan.projects_affected_by(row.system_id)
    if visitor.role != "account_manager":
        return (None, *dict.fromkeys(project.client for project in touched))
    own = whom.projects_of(visitor.plan, visitor.person)
    return tuple(dict.fromkeys(project.client for project in touched if project.id in own))


def _common(desk: _Desk, fault: Fault | None = None) -> dict[str, Any]:
    visitor = desk.visitor
    return {
        "visitor": visitor, "incident": desk.row, "back": desk.back,
        "for_clients": not desk.of_exercise,
        "title": readable(visitor, title_of(desk.plan, desk.row)),
        "problem": visitor.read(fault.words) if fault else "",
        "problem_at": fault.field if fault else "", "limit": TEXT_LIMIT,
    }  # fmt: skip


def _parts(section: str) -> tuple[Part, ...]:
    parts = rules.of_section(section)
    if not parts:
        raise Refused(404, phrase("There is no such section"), phrase("Choose one from the list."))
    return parts


def _scope(desk: _Desk, about: str, parts: Sequence[Part]) -> str | None:
    client = None if about == ALL else about
    one_client = any(part.one_client for part in parts)
    if client not in desk.scopes or (client is None and one_client):
        raise Refused(
            403,
            phrase("This is not yours to write about"),
            phrase("Choose one of those that are listed for you."),
            number=desk.row.number,
        )
    return client


def _choices(desk: _Desk) -> list[tuple[str, str]]:
    return [(client or ALL, _about_words(desk, client)) for client in desk.scopes]


def _about_words(desk: _Desk, client: str | None) -> str:
    if client is None:
        return desk.visitor.read(phrase("about all clients"))
    name = desk.plan.client(client).name
    return desk.visitor.read(phrase("about {client} alone", client=name))


def _section(desk: _Desk, section: str, about: str) -> dict[str, Any]:
    parts = rules.of_section(section)
    names = [part.id for part in parts]
    mine = [t for t in desk.texts if t.part in names]
    mine.sort(key=lambda t: (t.client or "", names.index(t.part)))
    return {
        "id": section,
        "name": desk.visitor.read(words.SECTIONS[section]),
        "texts": [_text_shown(desk, each) for each in mine],
        "may_be": about != ALL or not any(part.one_client for part in parts),
    }


def _text_shown(desk: _Desk, text: Text) -> dict[str, Any]:
    visitor = desk.visitor
    return {
        "name": visitor.read(words.PARTS[text.part]),
        "text": readable(visitor, text.text),
        "day": text.day,
        "about": _about_words(desk, text.client) if text.client else "",
        "client_safe": text.audience == CLIENT_SAFE,
        "by": _by(visitor, text.person, text.role),
        "at": text.at,
    }


def _by(visitor: Visitor, person: str, role: str) -> str:
    known = any(each.id == person for each in visitor.plan.people)
    return readable(visitor, named(visitor, person) if known else role_name(role))


def _action_shown(desk: _Desk, action: Action) -> dict[str, Any]:
    visitor, form = desk.visitor, action.form
    today = visitor.now.date()
    return {
        "number": action.number,
        "form": form,
        "owner": visitor.read(role_name(form.owner)),
        "status": visitor.read(words.STATUSES[form.status]),
        "late": rules.overdue(form.status, form.due, today),
        "about": _about_words(desk, form.client),
        "client_safe": form.audience == CLIENT_SAFE,
        "mine": form.client in desk.scopes,
    }


def _rests(place: House, desk: _Desk) -> list[dict[str, Any]]:
    """Who is owed rest, by code: those who plan the shifts need it, no report has it (D22)."""
    with place.inst.journal.read() as session:
        rests = owed(session, desk.plan, desk.row.number, desk.visitor.now)
    return [
        {"agent": each.agent, "queue": each.queue, "minutes": each.rest.outside_minutes,
         "until": each.rest.rest_until, "short": each.rest.short_minutes}
        for each in rests
    ]  # fmt: skip


def _field(desk: _Desk, part: Part, client: str | None, form: Form | None) -> dict[str, Any]:
    stands = next((t for t in desk.texts if (t.part, t.client) == (part.id, client)), None)
    values = {
        "text": stands.text if stands else "",
        "day": stands.day.isoformat() if stands and stands.day else "",
        "shown": stands is not None and stands.audience == CLIENT_SAFE,
    }
    if form is not None:
        values = {
            "text": form.get(part.id, ""), "day": form.get(f"day-{part.id}", ""),
            "shown": bool(form.get(f"show-{part.id}")),
        }  # fmt: skip
    return values | {
        "id": part.id, "name": desk.visitor.read(words.PARTS[part.id]), "dated": part.dated,
        "for_clients": part.for_clients,
    }  # fmt: skip


def _read(part: Part, form: Form) -> tuple[str, Audience, date | None]:
    """The words of a part, whom they are for, and their day."""
    text = form.get(part.id, "").strip()
    if len(text) > TEXT_LIMIT:
        raise Faulty(part.id, phrase("Please write fewer words: {n} letters fit.", n=TEXT_LIMIT))
    shown = part.for_clients and bool(form.get(f"show-{part.id}"))
    day = _day(form, f"day-{part.id}") if part.dated and text else None
    return text, CLIENT_SAFE if shown and text else INTERNAL, day


def _day(form: Form, field: str) -> date:
    try:
        return date.fromisoformat(form.get(field, ""))
    except ValueError as error:
        raise Faulty(
            field, phrase("Please give the day, such as {example}.", example="2026-12-15")
        ) from error


def _for_their_eyes(place: House, desk: _Desk, field: str, text: str, client: str | None) -> None:
    """Raise for a text that a client may read and that names what another one must not (D23)."""
    with place.inst.journal.read() as session:
        facts = gather(session, desk.plan, desk.row.number, desk.visitor.now)
    readers = [client] if client else [each.id for each in facts.clients]
    for reader in readers:
        if not ReaderFilter.for_client(facts, reader).allows(text):
            raise Faulty(
                field,
                phrase(
                    "These words name a client, project or line that {client} must not read of. "
                    "Write them without it, or about one client alone.",
                    client=desk.plan.client(reader).name,
                ),
            )


def _stands(desk: _Desk, number: int) -> Action:
    action = next((each for each in desk.actions if each.number == number), None)
    if action is None:
        raise _no_action(desk.row.number)
    if action.form.client not in desk.scopes:
        raise Refused(
            403,
            phrase("This action is not yours to change"),
            phrase("Ask the IT manager."),
            number=desk.row.number,
        )
    return action


def _no_action(number: str) -> Refused:
    return Refused(
        404,
        phrase("There is no such corrective action"),
        phrase("Choose one from the list."),
        number=number,
    )


def _as_form(action: Action | None) -> dict[str, str]:
    if action is None:
        return {"status": rules.OPEN}
    form = action.form
    return {
        "finding": form.finding, "action": form.action, "owner": form.owner,
        "due": form.due.isoformat(), "check": form.check, "status": form.status,
        "evidence": form.evidence, "effect": form.effect, "about": form.client or ALL,
        "show": "1" if form.audience == CLIENT_SAFE else "", "resources": form.resources,
    }  # fmt: skip


def _owners(desk: _Desk) -> list[tuple[str, str]]:
    kinds = dict.fromkeys(person.kind for person in desk.plan.people)
    return [(kind, desk.visitor.read(role_name(kind))) for kind in kinds]


def _given(desk: _Desk, form: Form, stands: Action | None) -> ActionForm:
    texts = {
        field: form.get(field, "").strip()
        for field in ("finding", "action", "check", "evidence", "effect", "resources")
    }
    for field, text in texts.items():
        if len(text) > TEXT_LIMIT:
            raise Faulty(field, phrase("Please write fewer words: {n} letters fit.", n=TEXT_LIMIT))
    owner = form.get("owner", "")
    client = None if form.get("about", "") == ALL else form.get("about", "")
    if client not in desk.scopes:
        raise Faulty("about", phrase("Please choose whom it is about."))
    given = ActionForm(
        **texts,
        owner=owner if owner in dict(_owners(desk)) else "",
        due=_day(form, "due"),
        status=form.get("status", "") if stands else rules.OPEN,
        client=client,
        audience=CLIENT_SAFE if form.get("show") and not desk.of_exercise else INTERNAL,
    )
    if missing := rules.missing_in(given):
        raise Faulty(missing, words.ACTION_FIELDS[missing])
    return given
