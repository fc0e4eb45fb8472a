"""Deployments on the stack's own Prefect server: a schedule moved to now (R52), a plan started."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from kitart.clock import real_now
from sandbox.demo.scenario import Started
from sandbox.stack import POOL, QUEUE, Stack

DEPLOYMENT = "exercise"
SOON_S = 20.0
"""Prefect looks for changed schedules every five seconds, and only for dates that are to come."""
YEAR = timedelta(days=365)


def move_to_now(stack: Stack, exercise: str) -> None:
    """The yearly schedule of an entry of the programme has its next date in a few real seconds, and
    the one after that in a year; all else about it stays."""
    (deployment,) = stack.prefect(
        "/deployments/filter", {"deployments": {"name": {"any_": [DEPLOYMENT]}}}
    )
    (schedule,) = [one for one in deployment["schedules"] if _entry(one) == exercise]
    day = {
        "interval": YEAR.total_seconds(),
        "anchor_date": (real_now() + timedelta(seconds=SOON_S)).isoformat(),
        "timezone": schedule["schedule"]["timezone"],
    }
    path = f"/deployments/{deployment['id']}"
    # What is not said anew Prefect sets back to nothing, the parameters too.
    kept = {name: schedule[name] for name in ("active", "parameters", "slug")}
    stack.prefect(f"{path}/schedules/{schedule['id']}", {"schedule": day, **kept}, "PATCH")
    # Prefect looks anew at a deployment that has changed, else at all of them once a minute.
    stack.prefect(path, {"description": deployment["description"]}, "PATCH")


def start_by_hand(stack: Stack, started: Started) -> None:
    """A run of the plan with its form filled in, as by the button in Prefect's pages; once, also
    when it is asked for again."""
    (deployment,) = stack.prefect(
        "/deployments/filter", {"deployments": {"name": {"any_": [started.deployment]}}}
    )
    order = {"parameters": {"report": started.report}, "idempotency_key": started.deployment}
    stack.prefect(f"/deployments/{deployment['id']}/create_flow_run", order)


def nothing_runs(stack: Stack, state: str) -> None:
    """No run of a plan begins while ``state`` is "down", as with a worker that is off."""
    path = f"/work_pools/{POOL}/queues/{QUEUE}"
    stack.prefect(path, {"is_paused": state == "down"}, "PATCH")


def _entry(schedule: dict[str, Any]) -> str:
    return str(schedule["parameters"].get("exercise", {}).get("exercise", ""))
