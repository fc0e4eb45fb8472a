"""Every five minutes: does an exercise that is over still want its record?"""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from kitart.orchestrator import PrefectOrchestrator
from tasks import exercise_record as steps


@flow(name="exercise-record-watch", flow_run_name="look for exercises to be evaluated")
def exercise_record_watch() -> State:
    """Starts the record of each exercise that is over, has none and nobody drives.

    Often enough that the participants are asked for a word while it is fresh. Runs by itself;
    starting it by hand is one more look.
    """
    started = steps.start_wanted(PrefectOrchestrator())
    return Completed(message=f"started: {', '.join(started)}" if started else "none is wanted")
