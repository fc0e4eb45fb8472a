"""Is this agent free for any queue at all? The tests 4 to 9, found out once for each agent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

from kitart.language import Phrase, phrase
from kitart.plan.hours import in_utc
from kitart.plan.schema import Agent, Plan
from kitart.rules.cover.facts import Facts
from kitart.rules.cover.presence import Presence, Standing

Why = Callable[[], Phrase]
"""A reason, made only when somebody reads it: in a big company most agents fail somewhere."""
Failed = tuple[int, Why]
"""The number of the test, and the reason."""

TWO_CHANNELS = 2


def failed(test: int, why: Why | None) -> Failed | None:
    """The test's number beside its reason; ``None`` when it is passed."""
    return None if why is None else (test, why)


class Availability:
    """The tests of the agents alone for one plan, one set of facts and one moment (D8, D10)."""

    def __init__(self, plan: Plan, facts: Facts, presence: Presence) -> None:
        agents = {agent.id: agent for agent in plan.agents}
        self._facts, self._presence, self._limits = facts, presence, plan.limits
        self._company = ZoneInfo(plan.company.time_zone)
        self._out = {each.agent for each in facts.out}
        self._areas = facts.affected_areas | {
            agents[each.agent].area for each in facts.out if each.hits_area
        }
        self._known: dict[str, Failed | None] = {}

    def failed(self, agent: Agent) -> Failed | None:
        """The first of the tests 4 to 9 that the agent fails; ``None`` when free."""
        if agent.id not in self._known:
            self._known[agent.id] = (
                failed(4, self._taken(agent))
                or failed(5, self._on_duty(agent))
                or failed(6, self._in_the_outage(agent))
                or failed(7, self._rested(agent))
                or failed(9, self._in_time(agent))
            )
        return self._known[agent.id]

    def start_minutes(self, agent: Agent) -> int:
        """How soon the agent is live: the own word, else the usual time."""
        return self._facts.start_minutes.get(agent.id, agent.usual_start_minutes)

    def reachable(self, agent: Agent) -> bool:
        """Whether two channels were verified in the last ``limits.verified_days`` (test 8).

        It bars nobody: who is doubtful is proposed last.
        """
        oldest = self._facts.at.astimezone(self._company).date() - timedelta(
            days=self._limits.verified_days
        )
        fresh = sum(c.verified is not None and c.verified >= oldest for c in agent.channels)
        return fresh >= TWO_CHANNELS

    def off_duty(self, agent: Agent) -> bool:
        """Whether only the agent's being willing makes up for not being on standby."""
        return self._presence.of(agent) is not Standing.STANDBY

    def _taken(self, agent: Agent) -> Why | None:
        code, facts = agent.id, self._facts
        if code in self._out:
            return lambda: phrase("is out as well")
        if code in facts.holding:
            return lambda: phrase("has a seat in {queue}", queue=facts.holding[code])
        if code in facts.assigned:
            return lambda: phrase("is assigned to {incident}", incident=facts.assigned[code])
        held = facts.reserved.get(code)
        if held is not None and in_utc(held.until) > facts.at:
            until = held.until.astimezone(self._company)
            return lambda: phrase(
                "is reserved by {incident} until {until}",
                incident=held.incident, until=f"{until:%H:%M %Z}",
            )  # fmt: skip
        if self._presence.of(agent) is Standing.SHIFT:
            return lambda: phrase("is on shift for {queue}", queue=agent.queue)
        return None

    def _on_duty(self, agent: Agent) -> Why | None:
        if agent.id in self._facts.said_no:
            return lambda: phrase("was asked and did not come")
        # Leave has a test of its own, and a better word for it than "not on standby".
        expected = self._presence.of(agent) in (Standing.STANDBY, Standing.LEAVE)
        if expected or agent.id in self._facts.willing:
            return None
        return lambda: phrase("is not on standby now")

    def _in_the_outage(self, agent: Agent) -> Why | None:
        if agent.area not in self._areas:
            return None
        return lambda: phrase("is in {area}, where the outage is", area=agent.area)

    def _rested(self, agent: Agent) -> Why | None:
        if self._presence.of(agent) is Standing.LEAVE:
            return lambda: phrase("is on leave")
        if agent.id in self._facts.rest_waived:
            return None
        ended = self._facts.worked_until.get(agent.id)
        known = ended is None or self._facts.at - in_utc(ended) >= timedelta(hours=agent.rest_hours)
        if known and self._presence.rested(agent):
            return None
        return lambda: phrase("rest not respected: {hours} hours are due", hours=agent.rest_hours)

    def _in_time(self, agent: Agent) -> Why | None:
        minutes = self.start_minutes(agent)
        if minutes <= self._limits.backup_start:
            return None
        return lambda: phrase(
            "needs {minutes} minutes; {limit} are allowed",
            minutes=minutes, limit=self._limits.backup_start,
        )  # fmt: skip
