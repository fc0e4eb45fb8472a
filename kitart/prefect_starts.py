"""Plans as they begin in Prefect without an incident yet: by a person, or by their schedule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from kitart.clock import as_utc
from kitart.orchestrator import CONTACT_TEST_OF_FEW, DEPLOYMENTS, asking

PLANS = (*DEPLOYMENTS.values(), CONTACT_TEST_OF_FEW)
AGAIN = "begun-again"
"""The tag of a run that stands in for one that died as it began, once for each time."""
MOST_TIMES = 3
LIMIT = 50
DIED = "Its process died before it had an incident; begun again as {run}"


@dataclass(frozen=True)
class Begun:
    """A run of a plan that a worker took, ``since`` when; how often it was begun ``again``."""

    id: str
    name: str
    deployment: str
    since: datetime
    again: int = 0


class PrefectStarts(Protocol):
    """Who runs the plans."""

    def begun(self) -> Sequence[Begun]:
        """The runs that have no incident in their tags and are said to be at work."""

    def begin_again(self, lost: Begun) -> str:
        """Ask for the same once more, and call the lost one crashed; the new run's id. However
        often it is asked for, it is there once."""


class Starts:
    """Prefect's server; each method raises ``OrchestratorError`` where it does not answer."""

    def begun(self) -> Sequence[Begun]:
        """One question: the plans' runs that are pending or running."""
        from prefect.client.schemas.filters import (
            DeploymentFilter,
            DeploymentFilterName,
            FlowRunFilter,
            FlowRunFilterState,
            FlowRunFilterStateType,
        )
        from prefect.client.schemas.objects import StateType

        at_work = FlowRunFilterStateType(any_=[StateType.PENDING, StateType.RUNNING])
        names = [name.partition("/")[2] for name in PLANS]
        with asking("which plans begin") as client:
            runs = client.read_flow_runs(
                flow_run_filter=FlowRunFilter(state=FlowRunFilterState(type=at_work)),
                deployment_filter=DeploymentFilter(name=DeploymentFilterName(any_=names)),
                limit=LIMIT,
            )
        return [
            Begun(
                str(run.id), run.name, str(run.deployment_id), as_utc(run.state.timestamp),
                sum(tag.startswith(AGAIN) for tag in run.tags),
            )
            for run in runs
            if run.state is not None and not any(tag.startswith("INC-") for tag in run.tags)
        ]  # fmt: skip

    def begin_again(self, lost: Begun) -> str:
        """As the protocol has it."""
        from prefect.states import Crashed

        with asking("to begin a plan again") as client:
            old = client.read_flow_run(UUID(lost.id))
            new = client.create_flow_run_from_deployment(
                UUID(lost.deployment),
                parameters=old.parameters,
                idempotency_key=f"{AGAIN}:{lost.id}",
                tags=[*old.tags, f"{AGAIN}-{lost.again + 1}"],
            )
            client.set_flow_run_state(
                old.id, Crashed(message=DIED.format(run=new.name)), force=True
            )
        return str(new.id)
