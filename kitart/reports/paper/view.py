"""What stands in a role's paper plan, ready for the template (D17, R50)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from kitart.language import in_language
from kitart.plan.people import Channel
from kitart.plan.roles import role_name
from kitart.plan.schema import Person, Plan, Supplier
from kitart.reports.paper import matrix
from kitart.reports.paper.matrix import WAYS
from kitart.reports.paper.steps import STEPS
from kitart.reports.wording import Wording
from kitart.rules import call_form

ROLES = tuple(STEPS)
LEADING = ("ert", "account_manager", "it_manager", "cmt", "cmt_lead")
ON_LINES = ("ert", "account_manager", "supervisor", "it_manager", "vcc_admin")
WITH_SUPPLIERS = ("ert", "it_manager", "vcc_admin", "cmt_lead", "cmt")
TO_CLIENTS = ("ert", "account_manager", "supervisor", "cmt_lead", "cmt", "data_protection")
WITH_AGENTS = ("ert", "account_manager", "supervisor")
LOG_ROWS = 19
NO_BREAK = "\u00a0"

Row = tuple[str, ...]


@dataclass(frozen=True)
class Contacted:
    """One holder of a role in the matrix, in words."""

    code: str
    role: str
    responsibility: str
    authority: str
    deputies: tuple[str, ...]
    channels: tuple[tuple[str, str, str], ...]
    depends_on: str
    hours: tuple[str, ...]
    zone: str
    on_call: str
    leave: str
    area: str
    language: str


@dataclass(frozen=True)
class PaperPlan:
    """One role's paper plan: empty tables are of things that the role doesn't need."""

    role: str
    company: str
    language: str
    edition: str
    printed: str
    steps: tuple[Row, ...]
    chain: tuple[Row, ...]
    called: tuple[Row, ...]
    matrix: tuple[Contacted, ...]
    lines: tuple[Row, ...]
    systems: tuple[Row, ...]
    inputs: tuple[Row, ...]
    suppliers: tuple[Row, ...]
    clients: tuple[Row, ...]
    emergency: tuple[Row, ...]
    form_groups: tuple[tuple[str, tuple[tuple[str, str, bool], ...]], ...]
    later: tuple[str, ...]
    decides: bool
    log_rows: int = LOG_ROWS


def paper_plan(
    plan: Plan, role: str, language: str, *, printed_at: datetime, verified: Mapping[str, date]
) -> PaperPlan:
    """The paper plan of a kind of role in a language ("en", "hu").

    ``printed_at`` is aware; ``verified`` has the day on which a test last reached an address, by
    person, kind and address in one text (see ``address_key``). Raises ``KeyError`` for a role
    without steps, ``LookupError`` for a language that there is no catalogue of.
    """
    words = Wording(plan.company.time_zone, language)
    limits = matrix.limits_in_words(plan, language)
    by_hand = role in ("supervisor", "account_manager")
    return PaperPlan(
        role=in_language(role_name(role), language),
        company=plan.company.name,
        language=language,
        edition=words.say("Plan {hash}", hash=plan.version),
        printed=words.moment(printed_at),
        steps=tuple(
            (words.say(s.text), words.say(s.limit, **limits) if s.limit else "", s.numbers)
            for s in STEPS[role]
        ),
        chain=matrix.chain(plan, words),
        called=tuple(
            (in_language(role_name(kind), language), *matrix.called(plan, kind, words).values())
            for kind in dict.fromkeys(person.kind for person in plan.people)
        ),
        matrix=tuple(_contacted(plan, person, words, verified) for person in plan.people),
        lines=_lines(plan, words) if role in ON_LINES else (),
        systems=_systems(plan, words) if role in (*ON_LINES, *LEADING) else (),
        inputs=_inputs(plan) if role in (*ON_LINES, *LEADING) else (),
        suppliers=_suppliers(plan, words) if role in WITH_SUPPLIERS else (),
        clients=_clients(plan, words) if role in TO_CLIENTS else (),
        emergency=tuple(sorted(plan.company.emergency_numbers.items()))
        if role in WITH_AGENTS
        else (),
        form_groups=_form_groups(language) if by_hand else (),
        later=tuple(in_language(label, language) for label in call_form.LATER),
        decides=role in LEADING,
    )


def address_key(person: str, channel: Channel) -> str:
    """How ``verified`` names an address."""
    return f"{person} {channel.kind} {channel.address}"


def _contacted(
    plan: Plan, person: Person, words: Wording, verified: Mapping[str, date]
) -> Contacted:
    channels = []
    for channel in person.channels:
        tested = verified.get(address_key(person.id, channel))
        day = max((d for d in (channel.verified, tested) if d), default=None)
        since = day.isoformat() if day else words.say("unverified")
        channels.append((words.term(WAYS[channel.kind]), channel.address, since))
    cells = matrix.line(plan, person, words, {}).cells
    return Contacted(
        code=person.id,
        role=cells["role"],
        responsibility=person.responsibility,
        authority=person.authority,
        deputies=(cells["deputy_1"], cells["deputy_2"]),
        channels=tuple(channels),
        depends_on=cells["depends_on"],
        hours=person.hours,
        zone=person.time_zone,
        on_call=cells["on_call"],
        leave=cells["leave"] if person.leave else "",
        area=person.area,
        language=cells["languages"],
    )


def _lines(plan: Plan, words: Wording) -> tuple[Row, ...]:
    return tuple(
        (
            line.id, line.project, words.language_name(line.lang), line.number,
            line.carrier_divert_number or words.say("none"),
            line.carrier_divert_tested.isoformat() if line.carrier_divert_tested
            else words.say("never"),
        )
        for line in plan.lines
    )  # fmt: skip


def _systems(plan: Plan, words: Wording) -> tuple[Row, ...]:
    return tuple(
        (
            system.name,
            plan.client(system.client).name if system.client else words.say("the Company"),
            plan.supplier(system.supplier).name if system.supplier else words.say("none"),
            system.fallback,
        )
        for system in plan.systems
    )


def _inputs(plan: Plan) -> tuple[Row, ...]:
    """What others give us: by when, who looks after it, and what may be used meanwhile (A21)."""
    return tuple(
        (
            each.name,
            f"{', '.join(each.due)} ({each.time_zone})",
            each.owner,
            plan.supplier(each.supplier).name
            if each.supplier
            else each.function or plan.system(each.system or "").name,
            "; ".join(fallback.text for fallback in each.fallbacks),
        )
        for each in plan.inputs
    )


def _suppliers(plan: Plan, words: Wording) -> tuple[Row, ...]:
    return tuple(
        (s.name, s.contract_number, "; ".join((_ways(s.channels, words), *_contacts(s))))
        for s in plan.suppliers
    )


def _contacts(supplier: Supplier) -> tuple[str, ...]:
    """Whom to call there, by role and hours."""
    return tuple(f"{each.role} {each.phone} ({each.hours})" for each in supplier.contacts)


def _clients(plan: Plan, words: Wording) -> tuple[Row, ...]:
    return tuple(
        (
            client.name,
            ", ".join(p.id for p in plan.projects if p.client == client.id),
            contact.role,
            _ways(contact.channels, words),
            contact.hours,
        )
        for client in plan.clients
        for contact in client.contacts
    )


def _ways(channels: tuple[Channel, ...], words: Wording) -> str:
    return "; ".join(f"{words.term(WAYS[each.kind])} {each.address}" for each in channels)


def _form_groups(language: str) -> tuple[tuple[str, tuple[tuple[str, str, bool], ...]], ...]:
    """The blank call form: each field with what may be ticked."""
    groups = []
    for group in (call_form.CONTACT, call_form.CALLER, call_form.RESULT):
        fields = [
            (
                in_language(field.label, language),
                "   ".join(
                    f"☐ {in_language(word, language)}".replace(" ", NO_BREAK)
                    for _, word in field.options
                )
                or ("☐" if field.kind == "tick" else ""),
                field.kind == "long",
            )
            for field in call_form.FIELDS
            if field.group == group and field.name != "paper_number"
        ]
        groups.append((in_language(group, language), tuple(fields)))
    return tuple(groups)
