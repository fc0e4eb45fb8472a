"""Each minute: has what is due arrived?"""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from tasks import inputs_watch as watch


@flow(name="inputs-watch", flow_run_name="look for the inputs")
def inputs_watch() -> State:
    """Looks for the vital inputs that are due: in SharePoint, at their address, in the journal.

    One that is overdue opens an incident, or joins the open one of the same cause; also where
    nothing ran when it became overdue. Runs by itself; starting it by hand is one more look.
    """
    return Completed(message=watch.look_at_inputs())
