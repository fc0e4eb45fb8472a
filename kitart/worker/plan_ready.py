"""The plan as it is configured when the worker begins: worked out once, not by each run.

A company of thousands has a plan that takes a second of a core to read, and looks of each minute
read it. A run sees at once that its files have changed since, and reads them then.
"""

from __future__ import annotations

from kitart.plan.loading import PlanError, load_plan
from kitart.settings import load_settings


def have_plan_ready() -> None:
    """Read the plan; one that can't be read is left to whoever needs it, and says what is wrong."""
    try:
        plan = load_plan(load_settings().config_dir)
    except (PlanError, OSError, ValueError):
        return
    plan.hash  # noqa: B018  # worked out once and kept
