"""What is recorded where a client is told nothing of agents who can't work (E36, contract)."""

from __future__ import annotations

from kitart.installation import installation
from kitart.journal import timeline
from kitart.journal.database import Lease
from kitart.reports import cover_drafts
from tasks.steps import step

INTERNAL_ONLY = "internal record only"


@step("it stays an internal record")
def record_internal_only(lease: Lease, client: str) -> None:
    """Fewer seats are affected than the client's contract has told: said once."""
    inst = installation()
    seats = inst.plan_of(lease.incident).client(client).report.notice_from_seats
    with inst.journal.write(lease) as session:
        timeline.append(
            session, lease.incident, INTERNAL_ONLY,
            f"Internal record only: this client is told from {seats} seats on, by its contract",
            now=inst.clock.now(), data={"client": client, "from_seats": seats},
            key=f"internal-only:{client}",
        )  # fmt: skip


@step("no report is needed")
def record_untold(lease: Lease, client: str) -> None:
    """It is over, and the client was told nothing: prevented, or too small for its contract."""
    inst = installation()
    plan, now = inst.plan_of(lease.incident), inst.clock.now()
    with inst.journal.write(lease) as session:
        felt = cover_drafts.felt_by(session, plan, lease.incident, client, now)
        if felt.tell_from is not None:
            return
        why = "No caller of this client missed anybody: prevented, no report is needed"
        if felt.since is not None:
            why = "Fewer seats were affected than this client is told of: no report is needed"
        timeline.append(
            session, lease.incident, "no effect", why,
            now=now, data={"client": client}, key=f"no-effect:{client}",
        )  # fmt: skip
