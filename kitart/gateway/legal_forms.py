"""Recording what legal clocks follow from: one short form for each kind of word.

Nothing is filled in beforehand, least of all a moment of awareness: it is not by itself the time
of the first alert (reports §5, caution 2).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from kitart.gateway.board import readable
from kitart.gateway.hand_forms import TEXT_LIMIT, Fault, Faulty, Form, moment_in, words_in
from kitart.gateway.house import House
from kitart.gateway.incident import found
from kitart.gateway.visits import Page, Refused, Visitor
from kitart.journal import late_entries
from kitart.journal import legal as said_of_law
from kitart.journal.late_entries import Writer
from kitart.journal.legal import DESCRIPTION, LOSSES, Recorded, Word
from kitart.journal.tables import Incident
from kitart.language import Phrase, phrase
from kitart.messaging.occasion import title_of
from kitart.plan import whom
from kitart.plan.schema import Plan
from kitart.reports import legal
from kitart.rules.legal import words as law
from kitart.rules.legal.matter import ALL, COMPANY, STAFF, client_in
from kitart.rules.legal.parties import scopes_of

MAY_RECORD = ("data_protection", "account_manager")
"""The data protection contact for everything, an account manager in its clients' matters."""
Of = Callable[[str], bool]


def _whole_or_controller(scope: str) -> bool:
    return scope in (ALL, STAFF) or scope in _own(scope)


def _controller(scope: str) -> bool:
    return scope == STAFF or scope in _own(scope)


def _anyone_bound(scope: str) -> bool:
    return scope != ALL


def _company_or_client(scope: str) -> bool:
    return scope == COMPANY or scope in _own(scope)


def _client(scope: str) -> bool:
    return scope in _own(scope)


def _own(scope: str) -> tuple[str, ...]:
    """The scope where it is a client itself, nothing else."""
    return (scope,) if client_in(scope) == scope else ()


@dataclass(frozen=True)
class Text:
    """A free text of a form; ``missing`` says what to do where it must not be blank."""

    name: str
    label: Phrase
    missing: Phrase | None = None


@dataclass(frozen=True)
class FormOf:
    """A kind of word: what its form asks."""

    kind: str
    title: Phrase
    about: Phrase
    scopes: Of | None = None
    """``None`` where a duty is chosen, which says whom it concerns."""
    answers: tuple[str, ...] = ()
    regimes: tuple[str, ...] = ()
    losses: bool = False
    moment: Phrase | None = None
    texts: tuple[Text, ...] = ()


WHY = Text("reason", phrase("Why?"), phrase("Please write the reason: it is kept."))
FORMS: dict[str, FormOf] = {
    "affected": FormOf(
        said_of_law.AFFECTED,
        phrase("Were personal data affected?"),
        phrase(
            "Data that are lost or out of reach count where that comes from a breach of security; "
            "a supplier's outage without loss of data often does not. Write down why."
        ),
        scopes=_whole_or_controller, answers=("no", "being checked", "yes"), losses=True,
        texts=(WHY,),
    ),
    "awareness": FormOf(
        said_of_law.AWARE,
        phrase("Since when is one aware?"),
        phrase(
            "The moment from which on it was reasonably certain. It is not by itself the time of "
            "the first alert. Legal clocks count from it."
        ),
        scopes=_anyone_bound, regimes=("all", "gdpr", "nis2", "dora", "contract"),
        moment=phrase("Aware since"), texts=(WHY,),
    ),
    "data": FormOf(
        said_of_law.DESCRIBED,
        phrase("What data, and whose?"),
        phrase("As far as it is known, in approximate numbers. What is left empty stays as it is."),
        scopes=_whole_or_controller,
        texts=tuple(Text(name, law.DESCRIPTION[name]) for name in DESCRIPTION),
    ),
    "risk": FormOf(
        said_of_law.RISK,
        phrase("How high is the risk for the people?"),
        phrase("The controller decides it. For a client, write down what the client told us."),
        scopes=_controller, answers=("unlikely", "risk", "high"), texts=(WHY,),
    ),
    "major": FormOf(
        said_of_law.CLASSIFIED,
        phrase("Is it a major incident for a financial entity?"),
        phrase("The client classifies it. Write down what it told us, and since when."),
        scopes=_client, answers=("yes", "no"), moment=phrase("Classified at"), texts=(WHY,),
    ),
    "applies": FormOf(
        said_of_law.APPLIES,
        phrase("Do these rules apply to this incident?"),
        phrase("Whether somebody is in scope at all stands in the plan; here it is about this "
               "incident."),
        scopes=_company_or_client, answers=("yes", "no"), regimes=("nis2", "dora"), texts=(WHY,),
    ),
    "notified": FormOf(
        said_of_law.NOTIFIED,
        phrase("A notification was made"),
        phrase(
            "Kitart notifies nobody outside by itself. Where one is given in phases, enter each."
        ),
        moment=phrase("Made at"),
        texts=(
            Text("to", phrase("To whom? A role or an authority, no name"),
                 phrase("Please write to whom.")),
            Text("channel", phrase("By which way?"),
                 phrase("Please write how: mail, portal, phone.")),
            Text("reference", phrase("Reference, if one was given")),
            Text("reason", phrase("Reasons for the delay, if it was late; or a note")),
        ),
    ),
    "not-notified": FormOf(
        said_of_law.WAIVED,
        phrase("Decided not to notify"),
        phrase("Every breach is documented, also one that is not notified."),
        texts=(WHY,),
    ),
}  # fmt: skip


def may_record(visitor: Visitor, plan: Plan, row: Incident) -> bool:
    """Whether the visitor may record anything here."""
    return bool(scopes_for(visitor, plan, row))


def scopes_for(visitor: Visitor, plan: Plan, row: Incident) -> list[str]:
    """What the visitor may record about: all of it, or its own clients."""
    every = scopes_of(plan, row.system_id)
    if visitor.role == "data_protection":
        return list(every)
    if visitor.role != "account_manager":
        return []
    try:
        projects = whom.projects_of(plan, visitor.person)
    except KeyError:  # came later than this incident's plan
        return []
    mine = {plan.project(project).client for project in projects}
    return [scope for scope in every if client_in(scope) in mine]


def form_page(
    place: House, number: str, what: str, visitor: Visitor, form: Form, fault: Fault | None = None
) -> Page:
    """The form for one kind of word; raises ``Refused`` where there is none or none may be sent."""
    asked = _form(what, number)
    with place.inst.journal.read() as session:
        row, plan, recorded = _known(place, session, number)
    mine = _refuse_others(visitor, plan, row)
    names = legal.names(plan)
    view: dict[str, Any] = {
        "visitor": visitor,
        "incident": row,
        "title": readable(visitor, title_of(plan, row)),
        "what": what,
        "asked": asked,
        "form": {"date": "", "time": "", "later": ""} | dict(form),
        "zone": visitor.zone,
        "problem": visitor.read(fault.words) if fault else "",
        "problem_at": fault.field if fault else "",
        "limit": TEXT_LIMIT,
        "scopes": [(s, visitor.read(law.party(s, names)))
                   for s in mine if asked.scopes and asked.scopes(s)],
        "answers": [(each, visitor.read(law.ANSWERS[each])) for each in asked.answers],
        "regimes": [(each, visitor.read(law.REGIMES[each])) for each in asked.regimes],
        "losses": [(n, visitor.read(law.LOSSES[n])) for n in LOSSES] if asked.losses else [],
        "duties": [] if asked.scopes else _duties(visitor, plan, recorded, mine),
    }  # fmt: skip
    return Page("legal_form.html", view, 422 if fault else 200)


def take(place: House, number: str, what: str, visitor: Visitor, form: Form) -> Page | None:
    """Record what a form says; the form again, with what is wrong, while it can't be taken."""
    asked = _form(what, number)
    with place.inst.journal.read() as session:
        row, plan, recorded = _known(place, session, number)
    mine = _refuse_others(visitor, plan, row)
    try:
        word = _word(asked, form, _Asked(visitor, plan, row, recorded, mine))
    except Faulty as faulty:
        return form_page(place, number, what, visitor, form, faulty.fault)
    with place.inst.journal.write() as session:
        said_of_law.record(
            session, number, word, Writer(visitor.person, visitor.role), now=visitor.now
        )
    return None


@dataclass(frozen=True)
class _Asked:
    visitor: Visitor
    plan: Plan
    row: Incident
    recorded: Recorded
    scopes: list[str]


def _word(asked: FormOf, form: Form, by: _Asked) -> Word:
    data: dict[str, str] = {}
    if asked.scopes is None:
        data["duty"], scope = _duty(form, by)
    else:
        scope = form.get("scope", "")
        if scope not in by.scopes or not asked.scopes(scope):
            raise Faulty("scope", phrase("Please choose whom it concerns."))
    for name, known, missing in (
        ("regime", asked.regimes, phrase("Please choose for which rules.")),
        ("answer", asked.answers, phrase("Please choose an answer.")),
    ):
        if known:
            if form.get(name, "") not in known:
                raise Faulty(name, missing)
            data[name] = form[name]
    if asked.losses:
        data["loss"] = ",".join(name for name in LOSSES if form.get(f"loss-{name}"))
        if data["answer"] == "yes" and not data["loss"]:
            raise Faulty("loss", phrase("Please choose what was lost: one, or several."))
    at = _moment(form, by) if asked.moment else None
    for text in asked.texts:
        if text.missing is not None or form.get(text.name, "").strip():
            data[text.name] = words_in(form, text.name, text.missing or phrase("Please write it."))
    if asked.kind == said_of_law.DESCRIBED:
        data = _described(data, scope, by)
    if asked.kind == said_of_law.NOTIFIED and at is not None:
        _reasons_for_delay(data, scope, at, by)
    return Word(asked.kind, scope, at, data.pop("reason", ""), data)


def _duty(form: Form, by: _Asked) -> tuple[str, str]:
    duty, _, scope = form.get("duty", "").partition("|")
    clocks = legal.clocks_in(by.plan, by.recorded, by.visitor.now)
    if scope not in by.scopes or (duty, scope) not in {(c.duty, c.scope) for c in clocks}:
        raise Faulty("duty", phrase("Please choose the duty."))
    return duty, scope


def _moment(form: Form, by: _Asked) -> datetime:
    """The moment, which can't lie ahead, nor before the cause of the incident."""
    moment, begins = moment_in(form, by.visitor), late_entries.begins_at(by.row)
    if moment > by.visitor.now:
        raise Faulty("time", phrase("This time is still to come."))
    if moment < begins.replace(second=0, microsecond=0):  # the form knows minutes
        raise Faulty(
            "time",
            phrase("This is before the incident began, {when}.", when=by.visitor.times(begins)),
        )
    return max(moment, begins)


def _described(data: dict[str, str], scope: str, by: _Asked) -> dict[str, str]:
    """With what stood before where a field was left empty."""
    if not data:
        raise Faulty(DESCRIPTION[0], phrase("Nothing is written yet."))
    before = {name: text for name, text in by.recorded.matter.described.get(scope, {}).items()
              if text}  # fmt: skip
    return before | data


def _reasons_for_delay(data: dict[str, str], scope: str, at: datetime, by: _Asked) -> None:
    """What is late needs its reasons (GDPR 33(1); Delegated Regulation (EU) 2025/301, 5(3))."""
    clocks = legal.clocks_in(by.plan, by.recorded, by.visitor.now)
    mine = next(c for c in clocks if (c.duty, c.scope) == (data["duty"], scope))
    if mine.due is not None and at > mine.due and mine.notice is None and not data.get("reason"):
        raise Faulty(
            "reason",
            phrase("The time ended {when}: please give the reasons for the delay.",
                   when=by.visitor.times(mine.due)),
        )  # fmt: skip


def _duties(
    visitor: Visitor, plan: Plan, recorded: Recorded, mine: list[str]
) -> list[tuple[str, str]]:
    names = legal.names(plan)
    return [
        (
            f"{clock.duty}|{clock.scope}",
            visitor.read(phrase("{duty} ({party})", duty=law.TITLES[clock.duty],
                                party=law.party(clock.scope, names))),
        )
        for clock in legal.clocks_in(plan, recorded, visitor.now)
        if clock.scope in mine
    ]  # fmt: skip


def _known(place: House, session: Session, number: str) -> tuple[Incident, Plan, Recorded]:
    row = found(session, number)
    plan = place.inst.plans_for(session, [row])[number]
    return row, plan, said_of_law.of_incident(session, number)


def _form(what: str, number: str) -> FormOf:
    if what not in FORMS:
        raise Refused(
            404,
            phrase("There is no such form"),
            phrase("Choose one on the page of the incident's legal clocks."),
            number=number,
        )
    return FORMS[what]


def _refuse_others(visitor: Visitor, plan: Plan, row: Incident) -> list[str]:
    mine = scopes_for(visitor, plan, row)
    if not mine:
        raise Refused(
            403,
            phrase("This is for the data protection contact"),
            phrase("An account manager records what concerns its own clients."),
            number=row.number,
        )
    return mine
