"""While no run drives an incident people work from paper (D17), and hear when one does again."""

from __future__ import annotations

from functools import partial

from kitart.installation import Installation
from kitart.journal import incidents, messages, timeline
from kitart.journal.database import Lease
from kitart.messaging.occasion import about
from kitart.messaging.side_by_side import side_by_side
from kitart.messaging.telling import tell
from kitart.plan import whom

BEGINS, ENDS = "paper-plan", "paper-over"
"""The purposes of the two messages."""
RUN_MISSING = "run missing"


def tell_to_use_paper(inst: Installation, number: str) -> bool:
    """No run drives the incident after a minute: the ERT and the IT manager work from paper.

    Returns whether each of them was reached on a channel; called again, it tells only the rest.
    """
    with inst.journal.read() as session:
        row = incidents.get(session, number)
        if not incidents.is_disruption(row):
            return True
        plan = inst.plans_for(session, [row])[number]
        values = about(session, plan, number)
    key = f"run-missing:{row.lease_fence}"
    with inst.journal.write() as session:
        timeline.append(
            session, number, RUN_MISSING,
            "No run drives the plan; the gateway goes on asking, people use the paper plan",
            now=inst.clock.now(), key=key,
        )  # fmt: skip
        missing = [one for one in timeline.entries(session, number, RUN_MISSING) if one.key == key]
    values |= {"undriven": missing[0].occurred_at}
    people = [p.id for p in plan.ert_order(row.reported_at)] + list(whom.it_managers(plan)[:1])
    step = f"paper:{row.lease_fence}"
    told = side_by_side(
        [partial(tell, inst, plan, number, p, BEGINS, step, values) for p in people]
    )
    return all(told)


def tell_that_a_run_drives(inst: Installation, lease: Lease) -> None:
    """Whoever was sent to the paper plan hears once that a run drives the incident again.

    Raises ``LeaseLost``.
    """
    number = lease.incident
    with inst.journal.read() as session:
        missing = timeline.entries(session, number, RUN_MISSING)
        if not missing:
            return
        plan = inst.plans_for(session, [incidents.get(session, number)])[number]
        told = messages.of_purpose(session, number, BEGINS)
        values = about(session, plan, number) | {"driven": inst.clock.now()}
    people = dict.fromkeys(row.recipient for row in told if row.state in messages.SET_OUT)
    step = f"paper-over:{missing[-1].key}"
    side_by_side(
        [partial(tell, inst, plan, number, p, ENDS, step, values, lease=lease) for p in people]
    )
