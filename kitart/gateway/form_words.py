"""The words of a question's form in the Prefect UI, and how its answers are told apart."""

from __future__ import annotations

import re
from datetime import datetime

from kitart.gateway.visits import PREFECT_FORM, PREFECT_FORM_BY_CODE, SMS
from kitart.journal.approvals import AFTER_CLOSING, label_of
from kitart.journal.tables import Approval, Decision, Document, Incident
from kitart.plan.roles import role_name
from kitart.plan.schema import Plan
from kitart.prefect_forms import Sheet
from kitart.reports import moments

MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+!|~&])")
LONGEST_NAME = 120
WAYS = {PREFECT_FORM: "by this form", PREFECT_FORM_BY_CODE: "by this form", SMS: "by SMS"}
FORM_WAYS = (PREFECT_FORM, PREFECT_FORM_BY_CODE)
OWN_HAND = ("approve", "uncertain", "sign-off")
# What the field for words is called; the operator writes down another person's words.
WORDS = {"ticket": "The ticket number", "findings": "The cause"}


def sheet(plan: Plan, incident: Incident, row: Approval, document: Document | None) -> Sheet:
    """The form of an open question, for whoever relays a person's answer."""
    exercise = "EXERCISE · " if incident.exercise else ""
    needed = [o for o in row.options if o.get("note") == "required"]
    return Sheet(
        question=row.key,
        incident=row.incident,
        version=row.version,
        name=f"{exercise}{row.incident}: {row.title}"[:LONGEST_NAME],
        state=_state(plan, row),
        description="\n\n".join(_description(plan, incident, row, document)),
        answers=tuple(answer_label(option) for option in row.options),
        people=tuple(person_label(plan, person) for person in row.asked_of),
        words=WORDS.get(row.kind, "The reason"),
        about_words=_about_words([o["label"] for o in needed]),
        words_needed=len(needed) == len(row.options),
        about_code=_about_code(own_hand(row)),
        code_needed=own_hand(row),
        parent=incident.run_id,
    )


def own_hand(row: Approval) -> bool:
    """Whether only a person's own answer will do: what goes to a client, and where two or more
    must agree. An answer that the operator relays for somebody is none."""
    return row.kind in OWN_HAND or row.quorum > 1


def answer_label(option: dict[str, str]) -> str:
    """An answer as the form offers it: its name and what it sets off."""
    return f"{option['label']} – {option['means']}" if option.get("means") else option["label"]


def person_label(plan: Plan, person: str) -> str:
    """A person who was asked, as the form offers them: "ERT member ERT-1"."""
    return f"{role_name(plan.person(person).kind)} {person}"


def ended(plan: Plan, row: Approval, decisions: list[Decision], incident: Incident) -> str:
    """What became of a question, and of every answer that came by the form and did not count."""
    zone = plan.company.time_zone
    late = [d for d in decisions if d.via in FORM_WAYS and d.outcome != "counted"]
    return " ".join(
        [
            _became(plan, row, decisions, incident),
            *(
                f"The answer given here for the {person_label(plan, d.person)} at "
                f"{moments.clock(d.at, zone)}, “{label_of(row, d.answer)}”, came later: it is in "
                "the record and does not count."
                for d in late
            ),
        ]
    )


def _became(plan: Plan, row: Approval, decisions: list[Decision], incident: Incident) -> str:
    zone = plan.company.time_zone
    if row.state == "answered" and row.answered_by and row.answered_at:
        counted = next((d for d in decisions if d.outcome == "counted"), None)
        way = WAYS.get(counted.via if counted else "", "by link")
        words = f" ({row.note})" if row.note else ""
        return (
            f"Answered {way}: “{label_of(row, row.answer or '')}”{words}, by the "
            f"{person_label(plan, row.answered_by)} at {moments.clock(row.answered_at, zone)}."
        )
    if row.state == "open" and incident.closed_at and row.kind not in AFTER_CLOSING:
        return f"{row.incident} has ended: no answer is needed any more."
    return f"No answer is needed any more: {row.reason or row.state}."


def _state(plan: Plan, row: Approval) -> str:
    asked = ", ".join(person_label(plan, person) for person in row.asked_of)
    return f"Asked: {asked}. {_due(plan, row.due_at)}Press Resume to relay an answer."


def _due(plan: Plan, due: datetime | None) -> str:
    return f"Due {moments.moment_text(due, plan.company.time_zone)}. " if due else ""


def _about_words(needed_for: list[str]) -> str:
    if not needed_for:
        return "It may stay empty. It is kept in the record."
    return f"Needed for “{'” and “'.join(needed_for)}”. It is kept in the record."


def _about_code(needed: bool) -> str:
    if needed:
        return "Needed here: without it this can't be answered for somebody else."
    return (
        "It proves that the person answers. Without it the answer counts as relayed by you; the "
        "person is told, and the record says so."
    )


def _description(
    plan: Plan, incident: Incident, row: Approval, document: Document | None
) -> list[str]:
    """Markdown; all that people or monitoring wrote is shown as it stands, without markup."""
    parts = ["**EXERCISE: this incident is not real.**"] if incident.exercise else []
    parts += [
        f"**{plain(row.title)}**",
        plain(row.text),
        f"{_due(plan, row.due_at)}The first answer counts, by this form or by link. You answer "
        "for a person who was asked, with the code in that person's message or without it.",
    ]
    if document is not None:
        text = "\n".join(f"    {line}" for line in document.text.splitlines())
        parts.append(f"What the client will read, version {document.version}:\n\n{text}")
    if row.known:
        at = moments.clock(row.asked_at, plan.company.time_zone)
        facts = "\n".join(f"- {plain(fact)}" for fact in row.known)
        parts.append(f"What was known at {at}:\n\n{facts}")
    return parts


def plain(text: str) -> str:
    """Text that Markdown shows as it stands, on one line."""
    return MARKUP.sub(r"\\\1", " ".join(text.split()))
