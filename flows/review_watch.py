"""Each hour of the day: is the plan's review due, decided, told and read?"""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from tasks import review_watch as watch


@flow(name="review-watch", flow_run_name="look at the plan's review")
def review_watch() -> State:
    """Reminds the IT manager and the account managers when the plan is to be reviewed: yearly, and
    after an incident, a failed test or a change that asks for it.

    A version that was approved comes into force, everybody of the matrix is told, and reminded
    until it is read. Runs by itself; starting it by hand is one more look.
    """
    return Completed(message=watch.look_at_review())
