"""Runs that were killed can't say so: the next run of their incident tells Prefect (D21)."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterId,
    FlowRunFilterState,
    FlowRunFilterStateType,
    FlowRunFilterTags,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.runtime import flow_run
from prefect.states import Crashed

from kitart.clock import real_now
from kitart.installation import installation
from kitart.journal import timeline
from kitart.journal.database import Lease
from kitart.journal.incidents import RUN_BEGINS
from kitart.orchestrator import TAKES_HOLD_WITHIN_S, prefect_client
from tasks.steps import step

log = logging.getLogger(__name__)

UNENDED = (StateType.RUNNING, StateType.PENDING, StateType.CANCELLING)
CRASHED = "Its process died without a word; {incident} was taken over by another run"


@step("tell Prefect which runs have died")
def end_dead_runs(lease: Lease) -> None:
    """Mark as crashed what Prefect shows as running of this incident, but for our own run: who
    drives it now knows that nobody else does. One that began just now may be on its way and is
    left. Prefect's own rule then tells the IT manager.

    A Prefect that is away is no failure: it is told at the incident's end.
    """
    inst = installation()
    with inst.journal.read() as session:
        held = [row.data["run"] for row in timeline.entries(session, lease.incident, *RUN_BEGINS)]
    ours = str(flow_run.get_id() or lease.run)
    try:
        _end(held, lease.incident, ours)
    except Exception as error:
        log.warning("Prefect was not told which runs of %s died: %s", lease.incident, error)


def _end(held: Sequence[str], incident: str, ours: str) -> None:
    unended = FlowRunFilterState(type=FlowRunFilterStateType(any_=list(UNENDED)))
    by_id = [UUID(run) for run in held if run != ours and _is_uuid(run)]
    began_before = real_now() - timedelta(seconds=TAKES_HOLD_WITHIN_S)
    with prefect_client() as client:
        found: dict[UUID, FlowRun] = {}
        for which in (
            FlowRunFilter(tags=FlowRunFilterTags(all_=[incident]), state=unended),
            *([FlowRunFilter(id=FlowRunFilterId(any_=by_id), state=unended)] if by_id else []),
        ):
            found |= {run.id: run for run in client.read_flow_runs(flow_run_filter=which)}
        for run in found.values():
            if str(run.id) == ours or run.state is None or run.state.timestamp > began_before:
                continue
            message = CRASHED.format(incident=incident)
            client.set_flow_run_state(run.id, Crashed(message=message), force=True)


def _is_uuid(run: str) -> bool:
    try:
        UUID(run)
    except ValueError:
        return False
    return True
