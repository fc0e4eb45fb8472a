"""Each minute: did agents fall out of the phone system, and did those who were asked answer?"""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from tasks import agents_watch as watch


@flow(name="agents-watch", flow_run_name="look at the agents")
def agents_watch() -> State:
    """Asks the phone system who is live, and compares with the minute before (E18).

    Where agents who are on shift dropped out together, an incident is opened and each of them is
    asked: are you safe, can you work? Without an answer in five minutes an agent counts as out.
    Runs by itself; starting it by hand is one more look.
    """
    return Completed(message=watch.look_at_agents())
