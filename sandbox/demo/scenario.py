"""A scenario as data: what happens when, and what the people are like."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from kitart.plan.schema import Plan, Project
from kitart.rules.calendars import is_open
from kitart.rules.rosters import on_shift

FOLDER = Path(__file__).parent
NO_END = "0001-01-01T00:00:00Z"
BEGINNINGS = {"tuesday morning": (1, 9, 0), "sunday night": (6, 2, 40)}
"""Weekday (Monday is 0), hour and minute in UTC."""
VOICEMAIL, NOBODY = "voicemail", "nobody"


class Event(BaseModel):
    """Something that happens ``at_minutes`` of the plan's clock after the beginning.

    Agents ``log_in`` and ``log_out`` at the phone system; by ``sms`` they write ``text``, and on
    the ``page`` behind their own link they send ``form``. The ``schedule`` of the exercise is moved
    to now; while the ``worker`` is down no run begins. A ``call`` should meet one of ``meets``:
    an agent's code, "voicemail" or "nobody". A person may ``start`` a plan in Prefect, and the
    sender of a missing input says that it ``arrives``.
    """

    model_config = ConfigDict(extra="forbid")

    at_minutes: float = Field(ge=0)
    do: Literal[
        "phone_system", "sharepoint", "alert", "resolve", "call", "change_person",
        "log_in", "log_out", "sms", "page", "schedule", "worker", "start", "arrives",
    ]  # fmt: skip
    state: Literal["up", "down"] = "up"
    line: str = ""
    meets: tuple[str, ...] = ()
    person: str = ""
    character: dict[str, Any] = Field(default_factory=dict)
    agents: tuple[str, ...] = ()
    text: str = ""
    form: dict[str, str] = Field(default_factory=dict)


class Cover(BaseModel):
    """What the cover ladder should come to: who is called in, and when the crisis team is.

    ``crisis_team_after`` is in minutes of the plan's clock from the beginning, None for never;
    ``strategy`` is whether the team decides on one (level 4).
    """

    model_config = ConfigDict(extra="forbid")

    called_in: tuple[str, ...] = ()
    crisis_team_after: float | None = None
    strategy: bool = False


class Started(BaseModel):
    """A plan that a person starts in Prefect: which deployment, and its form filled in."""

    model_config = ConfigDict(extra="forbid")

    deployment: Literal["general-incident", "input-missing"]
    report: dict[str, Any]

    @property
    def is_general(self) -> bool:
        return self.deployment == "general-incident"


class WriteUp(BaseModel):
    """What the coordinator ``by`` writes when an exercise is over: a ``finding``, the ``action``
    out of it, due in so many days, and by section the ``parts`` of the record; each by the names of
    the fields of its form."""

    model_config = ConfigDict(extra="forbid")

    by: str
    finding: dict[str, str]
    action: dict[str, str]
    due_days: int
    parts: dict[str, dict[str, str]] = Field(default_factory=dict)


class Scenario(BaseModel):
    """One story. ``usual_minutes`` is how long it takes on the plan's clock when all goes well.

    A ``system`` fails, which its ``alert`` tells, or agents can't work: then ``cover`` says what
    should come of it, and only whom the roster has on shift is logged in at the beginning. Or a
    person notices something and has a plan ``started`` in Prefect. Or an ``exercise`` of the
    programme is carried out and written up: then nothing fails at all. With ``limits`` and
    ``notice_days`` (of the exercise) of its own the story needs no fortnight.
    """

    model_config = ConfigDict(extra="forbid")

    title: str
    system: str = ""
    begins: Literal["tuesday morning", "sunday night"] = "tuesday morning"
    usual_minutes: float
    alert: dict[str, Any] = Field(default_factory=dict)
    cover: Cover | None = None
    started: Started | None = None
    exercise: str = ""
    write_up: WriteUp | None = None
    limits: dict[str, int] = Field(default_factory=dict)
    notice_days: int | None = None
    events: tuple[Event, ...]
    people: dict[str, Any]

    @model_validator(mode="after")
    def _one_kind(self) -> Scenario:
        kinds = (self.system, self.cover, self.started, self.exercise)
        if sum(bool(kind) for kind in kinds) != 1:
            raise ValueError(
                "a scenario is about one of these: a system that fails, cover, a plan that a "
                "person starts, an exercise"
            )
        return self

    @property
    def out(self) -> tuple[str, ...]:
        """The agents who leave the phone system before anybody is called in, in their order."""
        called_in = self.cover.called_in if self.cover else ()
        gone = [code for event in self.events if event.do == "log_out" for code in event.agents]
        return tuple(dict.fromkeys(code for code in gone if code not in called_in))

    def projects(self, plan: Plan) -> tuple[Project, ...]:
        """The projects that it touches, in the plan's order."""
        if self.system:
            return plan.projects_affected_by(self.system)
        if self.exercise:
            return plan.projects
        if self.started:
            return self._of_the_report(plan, self.started)
        hit = {plan.agent(code).queue.partition("/")[0] for code in self.out}
        return tuple(project for project in plan.projects if project.id in hit)

    def _of_the_report(self, plan: Plan, started: Started) -> tuple[Project, ...]:
        if started.is_general:
            codes = set(started.report["projects"])
        else:
            queues = next(i for i in plan.inputs if i.id == started.report["input"]).queues
            codes = {queue.partition("/")[0] for queue in queues}
        return tuple(project for project in plan.projects if project.id in codes)

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


def beginning(plan: Plan, scenario: Scenario, before: datetime) -> datetime:
    """The latest moment of the kind that the scenario begins at, on which every line of its
    projects is open for two hours and everybody who will be out is on shift."""
    weekday, hour, minute = BEGINNINGS[scenario.begins]
    moment = before.astimezone(UTC).replace(hour=hour, minute=minute, second=0, microsecond=0)
    moment -= timedelta(days=(moment.weekday() - weekday) % 7)
    calendars = [plan.calendar_of(project.id) for project in scenario.projects(plan)]
    agents = [plan.agent(code) for code in scenario.out]
    for weeks in range(20):
        day = moment - timedelta(weeks=weeks)
        later = day + timedelta(hours=2)
        at_work = all(on_shift(agent, day) for agent in agents)
        if at_work and all(is_open(c, day) and is_open(c, later) for c in calendars):
            return day
    raise LookupError(f"no {scenario.begins} finds every line of {scenario.title!r} open")
