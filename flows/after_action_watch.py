"""Each hour: does a closed incident still want its after-action report?"""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from kitart.orchestrator import PrefectOrchestrator
from tasks import after_action as steps


@flow(name="after-action-watch", flow_run_name="look for after-action reports that are wanted")
def after_action_watch() -> State:
    """Starts the after-action report of each closed incident that has none and nobody drives.

    Runs by itself; starting it by hand is one more look.
    """
    started = steps.start_wanted(PrefectOrchestrator())
    return Completed(message=f"started: {', '.join(started)}" if started else "none is wanted")
