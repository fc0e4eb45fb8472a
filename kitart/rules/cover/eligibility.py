"""May this agent sit in that seat? Nine ordered tests; the first that fails gives the reason.

Here are those that depend on the queue; those of the agent alone are in ``availability``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import get_args
from zoneinfo import ZoneInfo

from kitart.language import Phrase, phrase
from kitart.plan.schema import Agent, Plan
from kitart.plan.values import LevelName
from kitart.rules.cover.availability import Availability, Failed, Why, failed
from kitart.rules.cover.facts import Facts
from kitart.rules.cover.needs import Need
from kitart.rules.cover.presence import Presence
from kitart.rules.cover.rungs import Rung

ENGLISH = "en"
PLACE = 6
"""The test of the place: half of it is the agent's, half the queue's."""
BEST_FIRST: dict[str, int] = {level: place for place, level in enumerate(get_args(LevelName))}


@dataclass(frozen=True)
class Candidate:
    """An agent looked at for a queue: on which rung, whether fit, and why (or why not).

    ``test``: the number of the first test failed; the later, the nearer. 0 when none was.
    """

    agent: str
    rung: Rung
    eligible: bool
    why: Why = field(compare=False, repr=False)
    test: int = 0

    @property
    def reason(self) -> Phrase:
        """The reason in plain words, in every language."""
        return self.why()


class Eligibility:
    """The nine tests for one plan, one set of facts and one moment (D10).

    What does not depend on the queue is found out once for each agent.
    """

    def __init__(self, plan: Plan, facts: Facts, presence: Presence) -> None:
        self._facts, self._limits = facts, plan.limits
        self._client_of = {project.id: project.client for project in plan.projects}
        self._agents = {agent.id: agent for agent in plan.agents}
        self._out = {each.agent: each for each in facts.out}
        self.available = Availability(plan, facts, presence)

    def rung(self, agent: Agent, need: Need) -> Rung:
        """The best rung on which the agent's languages count for the queue.

        A non-native speaker whom the client does not permit may still serve in English.
        """
        level = agent.languages.get(need.language)
        if level == "native":
            return Rung.NATIVE
        good = level is not None and _at_least(level, need.min_level)
        if good and need.permits.non_native:
            return Rung.NON_NATIVE
        english = need.language != ENGLISH and _at_least(
            agent.languages.get(ENGLISH), need.min_level
        )
        if level is None or (english and need.permits.english_only):
            return Rung.ENGLISH_ONLY
        return Rung.NON_NATIVE

    def candidate(self, agent: Agent, need: Need) -> Candidate:
        """The agent's place in the queue, with the first reason against it or those for it."""
        rung = self.rung(agent, need)
        if self._facts.holding.get(agent.id) == need.key and agent.id not in self._out:
            return Candidate(agent.id, rung, True, lambda: phrase("has this seat already"))
        against = self.failed(agent, need, rung)
        if against is not None:
            return Candidate(agent.id, rung, False, against[1], against[0])
        return Candidate(agent.id, rung, True, lambda: self._fits(agent, need, rung))

    def relocating(self, code: str) -> Candidate:
        """The agent who is out, as the queue's own rung 0: by forecast, not by waiting (A4)."""
        out, minutes = self._out[code], self._limits.relocate_forecast
        back = out.live_again_at
        if self._facts.back_in_time(out, minutes) and back is not None:
            when = back.astimezone(ZoneInfo(self._agents[code].time_zone))
            return Candidate(code, Rung.RELOCATE, True, lambda: phrase(
                "expects to answer calls again at {when}", when=f"{when:%H:%M %Z}"))  # fmt: skip
        if not out.safe:
            return Candidate(code, Rung.RELOCATE, False, lambda: phrase(
                "is not known to be safe: nobody asks for more than that"))  # fmt: skip
        return Candidate(code, Rung.RELOCATE, False, lambda: phrase(
            "is out, and no forecast says back within {minutes} minutes",
            minutes=minutes))  # fmt: skip

    def failed(self, agent: Agent, need: Need, rung: Rung) -> Failed | None:
        """The first of the tests that the agent fails for the queue; ``None`` when fit.

        Tests 1 to 3 and the place at rung 2 are the queue's; the others are the agent's alone.
        """
        against = self.never(agent, need, rung)
        if against is not None:
            return against
        own = self.available.failed(agent)
        if own is not None and own[0] <= PLACE:
            return own
        return failed(PLACE, self._elsewhere(agent, need, rung)) or own

    def never(self, agent: Agent, need: Need, rung: Rung) -> Failed | None:
        """The first of the tests 1 to 3 that the agent fails: what no moment changes."""
        return (
            failed(1, self._language(agent, need, rung))
            or failed(2, self._cleared(agent, need))
            or failed(3, self._permitted(agent, need, rung))
        )

    def rank(self, agent: Agent, need: Need, rung: Rung) -> tuple[int, ...]:
        """What speaks against the agent among the eligible of a rung; less is better.

        Doubtful channels are shown last (test 8); then the written order: level of the language,
        usual start, call-outs, other queues that count on the agent (E1: the polyglot last). That
        cover should come from different areas depends on who else is chosen: see ``choosing``.
        """
        language = ENGLISH if rung is Rung.ENGLISH_ONLY else need.language
        return (
            0 if self.available.reachable(agent) else 1,
            BEST_FIRST[agent.languages[language]],
            self.available.start_minutes(agent),
            self._facts.call_outs.get(agent.id, 0),
            sum(key != need.key for key in agent.standby_queues),
        )

    # 1 to 3: the queue's

    def _language(self, agent: Agent, need: Need, rung: Rung) -> Why | None:
        if rung is Rung.NATIVE:
            return None
        asked = ENGLISH if rung is Rung.ENGLISH_ONLY else need.language
        level = agent.languages.get(asked)
        if _at_least(level, need.min_level):
            return None
        if level is None:
            return lambda: phrase("speaks neither {language} nor English", language=need.language)
        return lambda: phrase(
            "speaks {language} at {level}; {project} needs {min_level}",
            language=asked, level=level, project=need.project, min_level=need.min_level,
        )  # fmt: skip

    def _cleared(self, agent: Agent, need: Need) -> Why | None:
        if need.project in agent.projects:
            return None
        return lambda: phrase("is not trained and cleared for {project}", project=need.project)

    def _permitted(self, agent: Agent, need: Need, rung: Rung) -> Why | None:
        permits = need.permits
        if not permits.country_allowed(agent.country):
            return lambda: phrase(
                "works in {country}, which {client} does not permit",
                country=agent.country, client=need.client,
            )  # fmt: skip
        if rung is Rung.NON_NATIVE and not permits.non_native:
            return lambda: phrase("{client} permits native speakers alone", client=need.client)
        if rung is Rung.ENGLISH_ONLY and not permits.english_only:
            return lambda: phrase("{client} does not permit English only", client=need.client)
        if not permits.shared_agents and self._serves_others(agent, need):
            return lambda: phrase(
                "serves other clients too, which {client} does not permit", client=need.client
            )
        return None

    def _serves_others(self, agent: Agent, need: Need) -> bool:
        return any(self._client_of.get(each) != need.client for each in agent.projects)

    def _elsewhere(self, agent: Agent, need: Need, rung: Rung) -> Why | None:
        if rung is not Rung.NON_NATIVE or self._agents_areas(need.out).isdisjoint({agent.area}):
            return None
        return lambda: phrase(
            "is in {area}, as those who are out: this rung needs another place", area=agent.area
        )

    def _agents_areas(self, codes: Iterable[str]) -> set[str]:
        return {self._agents[code].area for code in codes}

    # What speaks for a candidate

    def _fits(self, agent: Agent, need: Need, rung: Rung) -> Phrase:
        minutes, area = self.available.start_minutes(agent), agent.area
        language = ENGLISH if rung is Rung.ENGLISH_ONLY else need.language
        level = agent.languages[language]
        if not self.available.reachable(agent):
            return phrase(
                "{language} {level}, on standby in {area}, usually live in {minutes} minutes; "
                "no two channels verified of late",
                language=language, level=level, area=area, minutes=minutes,
            )  # fmt: skip
        if self.available.off_duty(agent):
            return phrase(
                "{language} {level}, off duty but willing, in {area}, usually live in {minutes} "
                "minutes",
                language=language, level=level, area=area, minutes=minutes,
            )  # fmt: skip
        return phrase(
            "{language} {level}, on standby in {area}, usually live in {minutes} minutes",
            language=language, level=level, area=area, minutes=minutes,
        )  # fmt: skip


def _at_least(level: str | None, wanted: str) -> bool:
    return level is not None and BEST_FIRST[level] <= BEST_FIRST[wanted]
