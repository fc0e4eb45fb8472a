"""The page "do you have it?": what it shows, and taking the answer (A14)."""

from __future__ import annotations

from sqlalchemy.orm import Session

from kitart.gateway.house import House
from kitart.gateway.visits import (
    LINK,
    NO_ANSWER,
    NOT_IN_RECORD,
    PHONE,
    RELAYED,
    Page,
    Refused,
    Visitor,
    closed,
    visitor_of,
)
from kitart.journal import acknowledgements, handing_over, incidents, timeline
from kitart.journal.acknowledgements import CANNOT, TAKE
from kitart.journal.tables import Acknowledgement, Incident
from kitart.language import phrase
from kitart.messaging import relieving
from kitart.messaging.links import Link
from kitart.messaging.occasion import ert_due, title_of
from kitart.messaging.questions import known, option
from kitart.plan.roles import named, role_name
from kitart.plan.schema import Plan, on_leave

I_HAVE_IT = option(
    TAKE, phrase("I have it"), phrase("You lead this incident until somebody relieves you")
)
I_CANNOT = option(CANNOT, phrase("I can't"), phrase("The next member is asked at once"))
OPTIONS = {
    "ert": (I_HAVE_IT, I_CANNOT),
    "am": (option(TAKE, phrase("I know"), phrase("It counts as: the account manager is told")),),
    "cmt": (option(TAKE, phrase("I know"), phrase("It counts as: the crisis team is reached")),),
    "it": (
        option(
            TAKE,
            phrase("I have it"),
            phrase("You see to it that it is solved; the ERT lead goes on leading"),
        ),
        option(CANNOT, phrase("I can't"), phrase("The next one is asked at once")),
    ),
    "join": (
        option(TAKE, phrase("I join"), phrase("The ERT lead sees that you have joined, and when")),
        option(CANNOT, phrase("I can't"), phrase("The next one is asked at once")),
    ),
    # Of a test of the contact list: this way to the person works, no more.
    "contact": (
        option(
            TAKE,
            phrase("It reached me"),
            phrase("It counts as: you can be reached this way; nothing else follows"),
        ),
    ),
}
# Once somebody else leads, an ERT member's answer offers help and calls nobody in.
AFTER_OTHERS = (
    option(
        TAKE,
        phrase("I can help"),
        phrase("The one who leads goes on leading; your help is recorded"),
    ),
    option(CANNOT, phrase("I can't"), phrase("It is recorded; nobody else is called in")),
)
# Steps of which somebody is in charge, who may hand them over (E26).
# Leave is what the plan knows; whoever answers all the same is there, and the record says it (E23).
ON_LEAVE = "; on leave, by the plan"
RELIEVABLE = ("ert", "am")
HAND_OVER = "hand-over:"
HEADINGS = {
    "ert": phrase("Can you take it?"),
    "am": phrase("Do you know of it?"),
    "cmt": phrase("Do you know of it?"),
    "it": phrase("Can you take it?"),
    "join": phrase("Can you join?"),
    "contact": phrase("Did this reach you?"),
}


def show(place: House, link: Link) -> Page:
    """What happened, and the question, or the answer that was given; changes nothing.

    Raises ``Refused`` for an unknown incident or step, or a closed incident.
    """
    number, step, plan, visitor = _opened(place, link)
    with place.inst.journal.read() as session:
        incident = incidents.get(session, number)
        mine = _mine(session, number, step, link.person)
        taken = taken_of(session, number, step, link.person)
        charge = handing_over.holder(session, number, step) if _relievable(step) else None
        relieved = bool(taken and charge and charge.person != taken.person)
        if incident.closed_at is not None:
            raise closed(incident, visitor)
        view = {
            "incident": incident,
            "visitor": visitor,
            "subject": link.subject,
            "kind": step.partition(":")[0],
            "title": visitor.read(title_of(plan, incident)),
            "heading": visitor.read(HEADINGS[step.partition(":")[0]]),
            "taken": taken,
            "charge": charge,
            "relieved": relieved and taken is not None and taken.person == link.person,
            "asked_to_take_over": [
                visitor.name(wish.to)
                for wish in handing_over.wanted(session, number, step)
                if wish.person == link.person
            ],
            "hand_over": _hand_over(session, plan, number, step, visitor),
            "due_at": ert_due(plan, incident).due_at if step == "ert" else None,
            "mine": mine,
            "options": [_read(visitor, option) for option in _still_to_choose(step, mine, taken)],
            "known": [visitor.read(fact) for fact in known(session, plan, number, visitor.now)],
        }
    return Page("acknowledge.html", view)


def answer(place: House, link: Link, chosen: str, *, via: str = LINK) -> Page | None:
    """Record the answer; ``None`` when ``show`` now says it, a page when it wasn't one.

    ``via`` is how it came: by a link, by SMS, by a key pressed in a call.

    Said twice it is recorded once. Who took it stays in the lead: a later "I can't" of the same
    person is not recorded, the page offers to hand over.
    """
    number, step, plan, visitor = _opened(place, link)
    if chosen.startswith(HAND_OVER):
        return _wish(place, link, plan, visitor, chosen.removeprefix(HAND_OVER))
    if chosen not in [o["value"] for o in OPTIONS[step.partition(":")[0]]]:
        page = show(place, link)
        problem = visitor.read(NO_ANSWER)
        return Page(page.template, page.view | {"problem": problem}, 422)
    with place.inst.journal.write() as session:
        # Held from before the answer is written: of two at once the first to be in the record
        # leads, and the other's page says so.
        incident = incidents.held(session, number)
        if incident.closed_at is not None:
            raise closed(incident, visitor)
        before = _mine(session, number, step, link.person)
        if before is None or (before.answer == CANNOT and chosen == TAKE):
            _record(session, incident, step, visitor, chosen, via)
    return None


def taken_of(session: Session, number: str, step: str, person: str) -> Acknowledgement | None:
    """Who took the step, for this person to see: each channel of a contact test is a person's own,
    nobody answers it for another."""
    given = acknowledgements.of_step(session, number, step)
    own = step.startswith("contact:")
    return next((a for a in given if a.answer == TAKE and (not own or a.person == person)), None)


def _relievable(step: str) -> bool:
    return step.partition(":")[0] in RELIEVABLE


def _hand_over(
    session: Session, plan: Plan, number: str, step: str, visitor: Visitor
) -> list[dict[str, str]]:
    """The buttons by which who is in charge asks to be relieved, one for each who may take over;
    none for anybody else (E26)."""
    charge = handing_over.holder(session, number, step)
    if not _relievable(step) or not charge or charge.person != visitor.person:
        return []
    asked = {wish.to for wish in handing_over.wanted(session, number, step)}
    return [
        _read(
            visitor,
            option(
                f"{HAND_OVER}{code}",
                phrase("Ask {name}", name=named(plan, code)),
                phrase("You stay in charge until the answer is yes"),
            ),
        )
        for code in relieving.may_take_over(session, plan, number, step, visitor.now)
        if code not in asked
    ]


def _wish(place: House, link: Link, plan: Plan, visitor: Visitor, to: str) -> Page | None:
    number, _, step = link.subject.partition("/")
    with place.inst.journal.write() as session:
        incident = incidents.held(session, number)
        if incident.closed_at is not None:
            raise closed(incident, visitor)
        offered = [o["value"] for o in _hand_over(session, plan, number, step, visitor)]
        if f"{HAND_OVER}{to}" in offered:
            handing_over.want(
                session, number, step, visitor.person, to,
                role=role_name(visitor.role), now=visitor.now,
            )  # fmt: skip
            return None
        asked = any(wish.to == to for wish in handing_over.wanted(session, number, step))
    if asked:
        return None
    page = show(place, link)
    return Page(page.template, page.view | {"problem": visitor.read(NO_ANSWER)}, 422)


def _opened(place: House, link: Link) -> tuple[str, str, Plan, Visitor]:
    number, _, step = link.subject.partition("/")
    try:
        plan = place.inst.plan_of(number)
    except LookupError as error:
        raise Refused(404, phrase("{number} is not in the record", number=number), PHONE) from error
    if step.partition(":")[0] not in OPTIONS:
        raise Refused(404, NOT_IN_RECORD, PHONE)
    return number, step, plan, visitor_of(plan, link.person, place.inst.clock.now())


def _mine(session: Session, number: str, step: str, person: str) -> Acknowledgement | None:
    given = [a for a in acknowledgements.of_step(session, number, step) if a.person == person]
    return next((a for a in given if a.answer == TAKE), given[-1] if given else None)


def _still_to_choose(
    step: str, mine: Acknowledgement | None, taken: Acknowledgement | None
) -> tuple[dict[str, str], ...]:
    if mine is not None and mine.answer == TAKE:
        return ()
    options = AFTER_OTHERS if step == "ert" and taken else OPTIONS[step.partition(":")[0]]
    if mine is None:
        return options
    return (options[0] | {"label": phrase("{answer} after all", answer=options[0]["label"])},)


def _read(visitor: Visitor, option: dict[str, str]) -> dict[str, str]:
    return {name: visitor.read(word) for name, word in option.items()}


def _said(step: str, name: str, took: bool) -> str:
    if step.startswith("contact:"):
        return f"The {name} says that the test arrived"
    return f"The {name} has it" if took else f"The {name} can't take it"


def _record(
    session: Session, row: Incident, step: str, visitor: Visitor, chosen: str, via: str
) -> None:
    took = chosen == TAKE
    name, now = role_name(visitor.role), visitor.now
    away = on_leave(visitor.plan.person(visitor.person), now)
    new = acknowledgements.record(
        session, row.number, step, visitor.person, visitor.role, chosen, via=via, now=now
    )
    if not new:
        return
    timeline.append(
        session, row.number, "ack received" if took else "ack declined",
        _said(step, name, took) + (ON_LEAVE if away else "") + RELAYED.get(via, ""),
        now=now, author=name, source="person",
        data={"person": visitor.person, "role": visitor.role, "step": step, "via": via,
              **({"on_leave": True} if away else {})},
    )  # fmt: skip
    if took and step == "ert" and row.state == "reported":
        row.state = "acknowledged"
