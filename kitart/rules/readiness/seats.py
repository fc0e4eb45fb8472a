"""Which rung of the ladder holds a group of queues, for who is there and who is out (R18-R42).

The matching, its costs and the tests are those of ``kitart.rules.cover``; what is left out is what
changes no level: the reasons, the areas that cover should come from, the order of equals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

from kitart.plan.schema import Plan
from kitart.rules.cover.choosing import offer_cost, seat_costs
from kitart.rules.cover.eligibility import Eligibility
from kitart.rules.cover.facts import Facts
from kitart.rules.cover.levels import level_of
from kitart.rules.cover.matching import Cost, matched
from kitart.rules.cover.needs import Need
from kitart.rules.cover.presence import Presence
from kitart.rules.cover.rungs import Rung
from kitart.rules.readiness.situations import Situation

CLOSED, OWN = ".", "0"
"""The line is closed; the own agents of the roster are enough. Else the cover level, "1" to "4"."""
# The rank of an agent begins with test 8, the only part of it that a day changes.
NO_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class _Offer:
    bit: int
    code: str
    rung: Rung
    area: str
    rest_of_rank: tuple[int, ...]

    def cost(self, doubtful: int) -> Cost:
        return offer_cost(self.rung, (int(bool(doubtful & self.bit)), *self.rest_of_rank))


class _Queue:
    """A queue, its own agents, and everybody whom the tests 1 to 3 let into it."""

    def __init__(self, plan: Plan, need: Need, rules: Eligibility) -> None:
        self.key = need.key
        self.home = 0
        self.area_of: list[tuple[int, str]] = []
        self.offers: list[_Offer] = []
        for place, agent in enumerate(plan.agents):
            bit = 1 << place
            if agent.queue == need.key:
                self.home |= bit
                self.area_of.append((bit, agent.area))
            rung = rules.rung(agent, need)
            if rules.never(agent, need, rung) is None:
                rank = rules.rank(agent, need, rung)[1:]
                self.offers.append(_Offer(bit, agent.id, rung, agent.area, rank))

    def areas(self, agents: int) -> set[str]:
        """The areas of those of ``agents`` who are the queue's own."""
        return {area for bit, area in self.area_of if bit & agents}


class Group:
    """Queues that can share agents, so that they must be looked at together."""

    def __init__(self, plan: Plan, places: Sequence[int], needs: Sequence[Need]) -> None:
        rules = Eligibility(plan, Facts(NO_MOMENT), Presence(NO_MOMENT))
        self.places = tuple(places)
        self.queues = [_Queue(plan, needs[place], rules) for place in places]
        self.agents = 0
        for queue in self.queues:
            self.agents |= queue.home
            for offer in queue.offers:
                self.agents |= offer.bit
        self._known: dict[tuple[Situation, int, int], str] = {}

    def part(self, whole: Situation) -> Situation:
        """What of a situation concerns the group."""
        return Situation(
            tuple(whole.needed[place] for place in self.places),
            whole.live & self.agents, whole.free & self.agents, whole.doubtful & self.agents,
        )  # fmt: skip

    def held(self, part: Situation, out: int = 0, uncalled: int = 0) -> str:
        """One letter a queue, in the group's order: ``CLOSED``, ``OWN`` or the level.

        ``out`` of those at work are out, ``uncalled`` of the free can't be called out. Equal
        situations are worked out once.
        """
        out, uncalled = out & part.live, uncalled & part.free
        key = (part, out, uncalled)
        if key not in self._known:
            self._known[key] = self._worked_out(part, out, uncalled)
        return self._known[key]

    def reserve(self, part: Situation, place: int) -> tuple[int, int]:
        """How many of the free could take a seat of a queue as native and as non-native speakers,
        from areas in which none of its agents at work is (edge cases §8)."""
        queue = self.queues[place]
        taken = queue.areas(part.live & queue.home)
        there = [o.rung for o in queue.offers if o.bit & part.free and o.area not in taken]
        return there.count(Rung.NATIVE), there.count(Rung.NON_NATIVE)

    def _worked_out(self, part: Situation, out: int, uncalled: int) -> str:
        free = part.free & ~uncalled
        seats: dict[str, list[Cost]] = {}
        offers: dict[str, dict[str, Cost]] = {}
        for queue, needed in zip(self.queues, part.needed, strict=True):
            rostered = (part.live & queue.home).bit_count()
            live = (part.live & queue.home & ~out).bit_count()
            short = max(0, needed - live)
            if not short:
                continue
            seats[queue.key] = seat_costs(short, max(0, needed - rostered), live, 0)
            # Rung 2 needs another place than those who are out (test 6).
            hit = queue.areas(part.live & queue.home & out)
            offers[queue.key] = {
                offer.code: offer.cost(part.doubtful)
                for offer in queue.offers
                if offer.bit & free and not (offer.rung is Rung.NON_NATIVE and offer.area in hit)
            }
        sits = matched(seats, offers) if seats else {}
        return "".join(
            self._letter(queue, needed, seats, sits)
            for queue, needed in zip(self.queues, part.needed, strict=True)
        )

    @staticmethod
    def _letter(
        queue: _Queue, needed: int, seats: dict[str, list[Cost]], sits: dict[str, str]
    ) -> str:
        if not needed:
            return CLOSED
        if queue.key not in seats:
            return OWN
        rungs = [offer.rung for offer in queue.offers if sits.get(offer.code) == queue.key]
        return str(level_of(rungs, len(seats[queue.key]) - len(rungs)))


def groups(plan: Plan, needs: Sequence[Need]) -> tuple[Group, ...]:
    """The queues of ``needs`` in groups that share no agent.

    Only who is cleared for a project can take its seats, so projects hang together by the agents
    that are cleared for several.
    """
    parent = {project.id: project.id for project in plan.projects}

    def root(code: str) -> str:
        while parent[code] != code:
            parent[code] = parent[parent[code]]
            code = parent[code]
        return code

    for agent in plan.agents:
        known = [code for code in agent.projects if code in parent]
        for one, other in pairwise(known):
            parent[root(other)] = root(one)
    places: dict[str, list[int]] = {}
    for place, need in enumerate(needs):
        places.setdefault(root(need.project), []).append(place)
    return tuple(Group(plan, found, needs) for found in places.values())
