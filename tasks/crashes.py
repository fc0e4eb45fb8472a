"""The steps after a run of a plan has crashed (D21)."""

from __future__ import annotations

from pydantic import BaseModel, Field

from kitart.installation import installation
from kitart.journal import incidents, timeline
from kitart.messaging.occasion import about
from kitart.messaging.telling import tell
from kitart.plan import whom
from tasks.steps import step

PREFIX = "prefect.flow-run."


class Crash(BaseModel):
    """Which run crashed, as Prefect's event names it."""

    run: str = Field(
        title="Run",
        description="The run's id, or the name of its resource in Prefect's event",
        examples=["prefect.flow-run.0c7bb1f0-3d2c-4a5e-9c4b-0a3f0b1f5a11"],
    )


@step("tell of the crash")
def tell_of_crash(crash: Crash) -> str:
    """Record the crash in the incident that the run drove, and tell the IT manager; each once.

    Returns what was done, for the run's state. A run that never held an incident is nobody's.
    """
    inst = installation()
    run = crash.run.removeprefix(PREFIX)
    now = inst.clock.now()
    with inst.journal.write() as session:
        row = incidents.of_run(session, run)
        if row is None or row.closed_at is not None:
            return f"run {run} held no incident that is open: nothing to tell"
        number = row.number
        plan = inst.plan_of(number)
        timeline.append(
            session, number, "run crashed",
            "The plan's run has crashed; the gateway asks for a new one, nothing is lost",
            now=now, data={"run": run}, key=f"run-crashed:{run}",
        )  # fmt: skip
        values = about(session, plan, number)
    manager = whom.present(plan, whom.it_managers(plan), now)[0]
    tell(inst, plan, number, manager, "run-crashed", f"run-crashed:{run}", values | {"run": run})
    return f"{number}: recorded, and {manager} is told"
