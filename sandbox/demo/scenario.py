"""A scenario as data: what happens when, and what the people are like."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from kitart.plan.schema import Plan
from kitart.rules.calendars import is_open

FOLDER = Path(__file__).parent
NO_END = "0001-01-01T00:00:00Z"


class Event(BaseModel):
    """Something that happens ``at_minutes`` of the plan's clock after the beginning."""

    model_config = ConfigDict(extra="forbid")

    at_minutes: float = Field(ge=0)
    do: Literal["phone_system", "sharepoint", "alert", "resolve", "call", "change_person"]
    state: Literal["up", "down"] = "up"
    line: str = ""
    person: str = ""
    character: dict[str, Any] = Field(default_factory=dict)


class Scenario(BaseModel):
    """One story. ``usual_minutes`` is how long it takes on the plan's clock when all goes well."""

    model_config = ConfigDict(extra="forbid")

    title: str
    system: str
    usual_minutes: float
    alert: dict[str, Any]
    events: tuple[Event, ...]
    people: dict[str, Any]

    def alert_body(self, starts_at: datetime, ends_at: datetime | None = None) -> dict[str, Any]:
        """The post as Alertmanager v4 sends it: firing, or resolved at ``ends_at``."""
        group = self.alert | ({"status": "resolved"} if ends_at else {})
        one = {name: group.pop(name) for name in
               ("labels", "annotations", "fingerprint", "generatorURL")}  # fmt: skip
        times = {
            "startsAt": starts_at.isoformat(),
            "endsAt": ends_at.isoformat() if ends_at else NO_END,
        }
        return {"version": "4", **group, "alerts": [{"status": group["status"], **one, **times}]}


def names() -> list[str]:
    """The scenarios there are."""
    return sorted(file.stem for file in FOLDER.glob("*.yaml"))


def file_of(name: str) -> Path:
    """The file of a scenario; ``LookupError`` naming those there are."""
    if name not in names():
        raise LookupError(f"scenario is {name!r}; right would be one of {', '.join(names())}")
    return FOLDER / f"{name}.yaml"


def load(name: str) -> Scenario:
    """A scenario by name."""
    return Scenario.model_validate(yaml.safe_load(file_of(name).read_text(encoding="utf-8")))


def a_tuesday(plan: Plan, system: str, before: datetime) -> datetime:
    """09:00 UTC on the latest Tuesday on which every line of the system's projects is open."""
    moment = before.astimezone(UTC).replace(hour=9, minute=0, second=0, microsecond=0)
    moment -= timedelta(days=(moment.weekday() - 1) % 7)
    calendars = [plan.calendar_of(project.id) for project in plan.projects_affected_by(system)]
    for weeks in range(20):
        day = moment - timedelta(weeks=weeks)
        if all(is_open(c, day) and is_open(c, day + timedelta(hours=2)) for c in calendars):
            return day
    raise LookupError(f"no Tuesday at 09:00 UTC finds every line of {system} open")
