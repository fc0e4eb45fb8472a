"""Each morning: what would hold in the thirty days to come, and what got worse?"""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from tasks import readiness as steps


@flow(name="readiness", flow_run_name="look at the readiness")
def readiness() -> State:
    """Looks at the plan and at every hour of the next thirty days, and keeps what it finds.

    The account managers are told what got worse since the look before. Runs by itself; a late run,
    or one that is started by hand, looks as things are then.
    """
    found = steps.look()
    steps.show()
    told = steps.tell_worse()
    said = ", ".join(f"{person} ({n})" for person, n in told.items())
    return Completed(message=f"{found}; told what got worse: {said or 'nobody, nothing did'}")
