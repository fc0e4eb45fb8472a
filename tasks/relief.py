"""The steps of a change of who is in charge (A20, E26)."""

from __future__ import annotations

from kitart.installation import installation
from kitart.journal import approvals, handing_over, timeline
from kitart.journal.database import Lease
from kitart.language import phrase
from kitart.messaging import asking
from kitart.messaging.occasion import for_question
from kitart.messaging.relieving import Relief
from kitart.messaging.telling import tell
from kitart.plan.roles import named, role_name
from tasks.steps import step


@step("tell who is in charge that relief is asked for")
def tell_relief_asked(lease: Lease, relief: Relief) -> None:
    """The old one stays responsible until the new one has said yes, and knows it."""
    _tell(
        lease, relief, "asked",
        phrase(
            "{name} is asked to take over from you. You stay in charge until the answer is yes",
            name=named(installation().plan_of(lease.incident), relief.to),
        ),
    )  # fmt: skip


@step("tell who is in charge that nobody takes over")
def tell_not_relieved(lease: Lease, approval_id: int, relief: Relief) -> None:
    """The one asked can't: the old one stays responsible."""
    _tell(
        lease, relief, f"declined:{approval_id}",
        phrase(
            "{name} can't take over from you. You stay in charge; ask somebody else by your link",
            name=named(installation().plan_of(lease.incident), relief.to),
        ),
    )  # fmt: skip


@step("record who is in charge now")
def record_relieved(lease: Lease, approval_id: int, relief: Relief) -> None:
    """The change in the record, the old one told, and what is open put to the new one (A20)."""
    inst = installation()
    plan = inst.plan_of(lease.incident)
    with inst.journal.write(lease) as session:
        answer = approvals.get(session, approval_id)
        assert answer is not None
        assert answer.answered_at is not None
        role = role_name(answer.answered_role or "")
        what = "the lead" if relief.step == handing_over.ERT else "the account manager's part"
        timeline.append(
            session, lease.incident, handing_over.RELIEVED,
            f"The {role} has taken over {what} from the "
            f"{role_name(plan.person(relief.person).kind)} before",
            now=inst.clock.now(), occurred_at=answer.answered_at, author=role, source="person",
            data={"step": relief.step, "from": relief.person, "to": relief.to,
                  "approval": approval_id},
            key=f"relieved:{approval_id}",
        )  # fmt: skip
        open_now = [
            (row, for_question(session, plan, row))
            for row in approvals.of_incident(session, lease.incident)
            if row.state == "open" and relief.person in row.asked_of
            and row.kind != handing_over.KIND
        ]  # fmt: skip
    for row, values in open_now:
        asking.pass_on(inst, plan, row, relief.to, values, lease)
    _tell(
        lease, relief, f"relieved:{approval_id}",
        phrase(
            "{name} has taken over from you. Thank you; nothing more is asked of you",
            name=named(plan, relief.to),
        ),
    )  # fmt: skip


def _tell(lease: Lease, relief: Relief, occasion: str, news: str) -> None:
    inst = installation()
    plan = inst.plan_of(lease.incident)
    tell(
        inst, plan, lease.incident, relief.person, "relief", f"{relief.key}:{occasion}",
        {"change": news}, lease=lease,
    )  # fmt: skip
