"""Who sits where, so that most seats are filled, and at the least cost. Knows nothing of cover.

A greedy order is not enough: the agent that one queue takes first may be the only one another
queue could have had. Each further seat is filled by the cheapest chain of moves that ends at
somebody free (successive shortest paths), so after each of them the whole is the cheapest there is
for that many seats. Costs are tuples, compared from the left: an earlier place outweighs all later.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from operator import add, sub

Cost = tuple[int, ...]
Offers = Mapping[str, Mapping[str, Cost]]


def matched(seats: Mapping[str, Sequence[Cost]], offers: Offers) -> dict[str, str]:
    """Which agent goes to which queue.

    ``seats``: for each queue the cost of each of its seats, not falling. ``offers``: for each queue
    the agents who could sit there, each with a cost. Everybody sits once at most. The most seats
    that can be filled are, at the least sum of costs; the same whatever the order of the inputs.
    """
    found: dict[str, str] = {}
    for queues in _connected(offers):
        found |= _Matching({q: seats[q] for q in queues}, {q: offers[q] for q in queues}).all()
    return found


class _Matching:
    """The matching of queues that share agents, growing seat by seat."""

    def __init__(self, seats: Mapping[str, Sequence[Cost]], offers: Offers) -> None:
        self._seats, self._offers = seats, offers
        self._best_first = {
            queue: sorted(costs, key=lambda agent: (costs[agent], agent))
            for queue, costs in offers.items()
        }
        self._next_free = dict.fromkeys(offers, 0)
        self._filled = dict.fromkeys(offers, 0)
        self._queues_of: dict[str, list[str]] = defaultdict(list)
        for queue in sorted(offers):
            for agent in offers[queue]:
                self._queues_of[agent].append(queue)
        self._sits: dict[str, str] = {}

    def all(self) -> dict[str, str]:
        """Everybody who sits, once no further seat can be filled."""
        while self._one_more():
            pass
        return self._sits

    def _one_more(self) -> bool:
        """Fill one more seat by the cheapest chain; ``False`` when none is left to fill."""
        reached = self._reached()
        ends = [
            (_plus(cost, self._offers[queue][agent]), queue, agent)
            for queue, (cost, _) in reached.items()
            if (agent := self._free(queue)) is not None
        ]
        if not ends:
            return False
        _, queue, agent = min(ends)
        chain = reached[queue][1]
        for earlier, moves in chain:
            self._sits[moves] = earlier
        self._sits[agent] = queue
        self._filled[chain[0][0] if chain else queue] += 1
        return True

    def _reached(self) -> dict[str, tuple[Cost, tuple[tuple[str, str], ...]]]:
        """For each queue the cheapest chain of moves that opens a seat there, with its cost.

        A move (queue, agent) takes the agent into that queue, which opens a seat where the agent
        sat.
        """
        reached: dict[str, tuple[Cost, tuple[tuple[str, str], ...]]] = {
            queue: (self._seats[queue][filled], ())
            for queue, filled in self._filled.items()
            if filled < len(self._seats[queue])
        }
        changed = bool(self._sits)
        while changed:
            changed = False
            for agent in sorted(self._sits):
                left = self._sits[agent]
                for queue in self._queues_of[agent]:
                    if queue == left or queue not in reached:
                        continue
                    cost, chain = reached[queue]
                    moved = _plus(
                        cost, _minus(self._offers[queue][agent], self._offers[left][agent])
                    )
                    if left not in reached or moved < reached[left][0]:
                        reached[left] = (moved, (*chain, (queue, agent)))
                        changed = True
        return reached

    def _free(self, queue: str) -> str | None:
        """The queue's best agent who sits nowhere; who once sits never gets up for nothing."""
        order = self._best_first[queue]
        while self._next_free[queue] < len(order) and order[self._next_free[queue]] in self._sits:
            self._next_free[queue] += 1
        return order[self._next_free[queue]] if self._next_free[queue] < len(order) else None


def _connected(offers: Offers) -> Iterable[list[str]]:
    """The queues in groups that share no agent with each other, each group sorted."""
    queues_of: dict[str, list[str]] = defaultdict(list)
    for queue in sorted(offers):
        for agent in offers[queue]:
            queues_of[agent].append(queue)
    seen: set[str] = set()
    for start in sorted(offers):
        if start in seen:
            continue
        seen.add(start)
        group, waiting = [start], [start]
        while waiting:
            for agent in offers[waiting.pop()]:
                for queue in queues_of.pop(agent, ()):
                    if queue not in seen:
                        seen.add(queue)
                        group.append(queue)
                        waiting.append(queue)
        yield sorted(group)


def _plus(one: Cost, other: Cost) -> Cost:
    return tuple(map(add, one, other))


def _minus(one: Cost, other: Cost) -> Cost:
    return tuple(map(sub, one, other))
