"""A vital input is missing: its owner hears it first, then the ERT; the supplier is written to."""

from __future__ import annotations

from kitart.installation import Installation
from kitart.journal import inputs
from kitart.journal.database import Lease
from kitart.journal.tables import InputDue
from kitart.language import Phrase, phrase
from kitart.messaging.alarm import raise_alarm
from kitart.messaging.occasion import about
from kitart.messaging.telling import tell, tell_supplier
from kitart.plan import whom
from kitart.plan.inputs import ExpectedInput, comes_from
from kitart.plan.kinds import PHONES
from kitart.plan.schema import Plan, SupplierContact


def raise_missing(inst: Installation, number: str) -> None:
    """The first messages of an incident that was opened or joined just now (R8, A21)."""
    tell_owners(inst, number)
    raise_alarm(inst, number)


def tell_owners(inst: Installation, number: str, lease: Lease | None = None) -> None:
    """Tell the owner of each input that is missing, or a deputy where the owner is on leave; each
    is told once."""
    plan = inst.plan_of(number)
    with inst.journal.read() as session:
        rows = inputs.of_incident(session, number)
        values = about(session, plan, number)
    for row in rows:
        known = plan.input(row.input)
        person = owners(plan, known, inst)[0]
        tell(
            inst, plan, number, person, "input-missing", f"input-missing:{row.id}",
            values | {
                "what": phrase("{input} missing", input=known.name), "due": row.due_at,
                "source": comes_from(plan, known), "contact": _whom_to_call(inst, plan, known),
                "next_news": phrase("at once: what to work with meanwhile"),
            },
            lease=lease,
        )  # fmt: skip


def owners(plan: Plan, known: ExpectedInput, inst: Installation) -> tuple[str, ...]:
    """The owner and the deputy, those on leave left out (E23)."""
    both = whom.with_deputies(plan, (plan.person(known.owner),))
    return whom.present(plan, both, inst.clock.now())


def write_to_supplier(inst: Installation, number: str, row: InputDue, lease: Lease) -> bool | None:
    """Ask the supplier for the input, in writing; ``None`` where none gives it, ``False`` when no
    channel took it. The letter names no client and no project (D23)."""
    plan = inst.plan_of(number)
    known = plan.input(row.input)
    if known.supplier is None:
        return None
    supplier = plan.supplier(known.supplier)
    manager = plan.person(whom.it_managers(plan)[0])
    phone: str = next(
        (c.address for c in manager.channels if c.kind in PHONES), phrase("see the contract")
    )
    return tell_supplier(
        inst, plan, number, supplier.id, "supplier-input-missing", f"supplier-input:{row.id}",
        {
            "supplier": supplier.name, "contract": supplier.contract_number, "input": known.name,
            "due": row.due_at, "contact": phrase("IT manager, {phone}", phone=phone),
            "next_news": phrase("when it will be here, or that it can't come"),
        },
        lease=lease,
    )  # fmt: skip


def _whom_to_call(inst: Installation, plan: Plan, known: ExpectedInput) -> Phrase | str:
    contacts = whom.supplier_contacts(plan, known.supplier, inst.clock.now())
    return _said(contacts[0]) if contacts else comes_from(plan, known)


def _said(contact: SupplierContact) -> Phrase:
    return phrase("{role}, {phone}", role=contact.role, phone=contact.phone)
