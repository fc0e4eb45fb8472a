"""Agents, role holders, and who is on duty."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, get_args

from pydantic import Field, field_validator, model_validator

from kitart.plan.kinds import CHATS, chat_name
from kitart.plan.values import (
    ChannelKind,
    Code,
    Country,
    Language,
    LevelName,
    Part,
    PersonKind,
    QueueKey,
    Text,
    WeeklyHours,
    Zone,
    mail_address,
    phone_number,
)


class Channel(Part):
    """One way to reach someone, and what it stands on (D9, D14).

    The address of a chat is the name under which the settings hold it.
    """

    kind: ChannelKind
    address: str
    verified: date | None = None
    depends_on: tuple[Code, ...] = Field(default=(), description="Systems and operators")

    @model_validator(mode="after")
    def _address_fits(self) -> Channel:
        if self.kind == "mail":
            mail_address(self.address)
        elif self.kind in CHATS:
            chat_name(self.kind, self.address)
        else:
            phone_number(self.address)
        return self


class Leave(Part):
    """Days away, both included, in the person's own zone."""

    first: date
    last: date

    @model_validator(mode="after")
    def _in_order(self) -> Leave:
        if self.last < self.first:
            raise ValueError(f"last ({self.last}) is before first ({self.first}); swap them")
        return self


class Power(Part):
    """What keeps an agent working when the mains fail."""

    ups_minutes: Annotated[int, Field(ge=0)] = 0
    mobile_data: bool = False
    power_provider: str | None = None
    internet_provider: str | None = None


class AlternativePlace(Part):
    """A second place to work from, and when it was checked against A29's list."""

    checked: date
    area: Code


class Agent(Part):
    """A call-centre agent who works from home (D9)."""

    id: Code
    queue: QueueKey = Field(description="Served on shift; the home queue of a standby-only agent")
    country: Country
    area: Code = Field(description="Region code: the same area means the same outage")
    time_zone: Zone
    languages: dict[Language, LevelName]
    projects: tuple[Code, ...] = Field(description="Trained and cleared for")
    shift: tuple[WeeklyHours, ...] = Field(default=(), description="Empty: standby only")
    standby: tuple[WeeklyHours, ...] = ()
    standby_queues: tuple[QueueKey, ...] = Field(
        default=(), description="The queues that count on this agent as their reserve"
    )
    channels: tuple[Channel, ...] = ()
    mobile_operator: Code | None = Field(
        default=None,
        description="SMS and calls to the agent go over it, unless a channel names another",
    )
    power: Power = Power()
    alternative_place: AlternativePlace | None = None
    leave: tuple[Leave, ...] = ()
    rest_hours: Annotated[int, Field(ge=0, le=24)] = Field(
        default=11, description="Rest between two times of work, by contract"
    )
    usual_start_minutes: Annotated[int, Field(ge=0)] = 20

    @field_validator("languages", "projects")
    @classmethod
    def _not_none(cls, value: object) -> object:
        if not value:
            raise ValueError("is empty; right would be at least one")
        return value

    @model_validator(mode="after")
    def _queue_fits(self) -> Agent:
        project, _, language = self.queue.partition("/")
        if project not in self.projects:
            raise ValueError(f"queue {self.queue} needs {project} among projects")
        if language not in self.languages:
            raise ValueError(f"queue {self.queue} needs {language} among languages")
        if self.standby and not self.standby_queues:
            raise ValueError(
                "standby is given but standby_queues is empty; name the queues, e.g. [BRAVO/de]"
            )
        return self

    def best_language(self, offered: Sequence[str]) -> str | None:
        """Of the languages offered the one the agent speaks best, of equals the first; ``None``
        if none of them."""
        spoken = [language for language in offered if language in self.languages]
        best_first = get_args(LevelName)
        return min(spoken, key=lambda each: best_first.index(self.languages[each]), default=None)

    @property
    def standby_only(self) -> bool:
        """Whether the agent has no shift of their own."""
        return not self.shift


class Person(Part):
    """A holder of a role in the escalation matrix (R50)."""

    id: Code
    kind: PersonKind
    deputy: Code | None = None
    area: Code
    time_zone: Zone
    language: Language = "en"
    channels: tuple[Channel, ...] = Field(default=(), description="In order of use")
    responsibility: Text
    authority: Text
    hours: tuple[WeeklyHours, ...] = Field(default=("24/7",), description="Availability")
    leave: tuple[Leave, ...] = ()


class RotaEntry(Part):
    """Who is asked first in these hours (in the rota's zone)."""

    hours: WeeklyHours
    first: Code


class Rota(Part):
    """A duty rota; the first entry that holds a moment decides."""

    id: Code
    kind: PersonKind = "ert"
    time_zone: Zone
    entries: tuple[RotaEntry, ...] = Field(min_length=1)
    members: tuple[Code, ...] = Field(min_length=1)
