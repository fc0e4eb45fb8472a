"""Where each agent stands by the roster at one moment, worked out once for everybody (D9, D10)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from kitart.plan.hours import in_utc, spans, within
from kitart.plan.schema import Agent, on_leave

Hours = tuple[str, ...]
DAY = timedelta(days=1)


class Standing(Enum):
    """What the roster says of an agent."""

    SHIFT = "shift"
    STANDBY = "standby"
    LEAVE = "leave"
    OFF = "off"


class Presence:
    """The roster at the aware moment ``at``.

    Agents share shift patterns and zones, so each pattern is worked out only once: what makes a
    company of thousands as quick to look at as it is.
    """

    def __init__(self, at: datetime) -> None:
        self.at = in_utc(at)
        self._of: dict[str, Standing] = {}
        self._within: dict[tuple[Hours, str], bool] = {}
        self._until: dict[tuple[Hours, str], datetime | None] = {}
        self._rested: dict[tuple[Hours, Hours, str, int], bool] = {}

    def of(self, agent: Agent) -> Standing:
        """By the clock of the agent's own zone; leave comes first, then the shift."""
        if agent.id not in self._of:
            self._of[agent.id] = self._standing(agent)
        return self._of[agent.id]

    def _standing(self, agent: Agent) -> Standing:
        if agent.leave and on_leave(agent, self.at):
            return Standing.LEAVE
        if self.holds(agent.shift, agent.time_zone):
            return Standing.SHIFT
        return Standing.STANDBY if self.holds(agent.standby, agent.time_zone) else Standing.OFF

    def holds(self, hours: Hours, zone: str) -> bool:
        """Whether the moment lies in weekly ``hours`` by the clock of ``zone``."""
        if not hours:
            return False
        key = (hours, zone)
        if key not in self._within:
            self._within[key] = within(hours, zone, self.at)
        return self._within[key]

    def rested(self, agent: Agent) -> bool:
        """Whether the roster has given the agent the rest of the contract (E19).

        Standby that follows on a shift without a gap belongs to the same working day, as agreed in
        the roster; such a day ends early enough for the rest to fit into 24 hours.
        """
        if not agent.shift:
            return True
        if agent.leave:  # Shifts on days of leave were not worked
            return self._rest_of(agent)
        key = (agent.shift, agent.standby, agent.time_zone, agent.rest_hours)
        if key not in self._rested:
            self._rested[key] = self._rest_of(agent)
        return self._rested[key]

    def standby_until(self, agent: Agent) -> datetime | None:
        """When the standby that holds now ends, in UTC: cover has its own end (E20).

        ``None`` for who is not on standby, or stays so for a day at least.
        """
        if agent.leave:
            return self._standby_end(agent)
        key = (agent.standby, agent.time_zone)
        if key not in self._until:
            self._until[key] = self._standby_end(agent)
        return self._until[key]

    def _standby_end(self, agent: Agent) -> datetime | None:
        end = self.at
        for begun, over in sorted(self._spans(agent, agent.standby, ahead=DAY)):
            if begun <= end:  # One span may go on where another ends, at midnight for example
                end = max(end, over)
        return end if self.at < end < self.at + DAY else None

    def _rest_of(self, agent: Agent) -> bool:
        worked = [span for span in self._spans(agent, agent.shift) if span[1] <= self.at]
        if not worked:
            return True
        start, end = max(worked, key=lambda span: span[1])
        if self.at - end >= timedelta(hours=agent.rest_hours):
            return True
        follows_on = any(
            begun <= end and over > self.at for begun, over in self._spans(agent, agent.standby)
        )
        return follows_on and self.at < start + DAY - timedelta(hours=agent.rest_hours)

    def _spans(
        self, agent: Agent, hours: Hours, ahead: timedelta = timedelta(0)
    ) -> Iterator[tuple[datetime, datetime]]:
        today: date = self.at.astimezone(ZoneInfo(agent.time_zone)).date()
        for start, end in spans(hours, agent.time_zone, today - 2 * DAY, today + ahead):
            if not (agent.leave and on_leave(agent, start)):
                yield start, end
