"""Each morning: which corrective actions are due, and who is to be reminded?"""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from tasks import actions


@flow(name="actions-watch", flow_run_name="look at the corrective actions")
def actions_watch() -> State:
    """Reminds whoever owns a corrective action of an incident or an exercise: some days before its
    day, on the day, and each week after it until it is done (D29).

    Runs by itself; starting it by hand is one more look, and says nothing twice.
    """
    return Completed(message=actions.look_at_actions())
