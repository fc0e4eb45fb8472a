"""A run of a plan has crashed: the IT manager is told, the gateway gives the incident a new run."""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from tasks import crashes
from tasks.crashes import Crash


@flow(name="run-crashed", flow_run_name="run crashed")
def run_crashed(crash: Crash) -> State:
    """Prefect says that a run which drove an incident has crashed.

    Started by Prefect itself, when it sees the crash; there is no need to start it by hand. The
    incident goes on in any case: its hold lapses after 15 seconds, and the gateway asks for a new
    run. The record says that the run crashed, and the IT manager learns it once.
    """
    return Completed(message=crashes.tell_of_crash(crash))
