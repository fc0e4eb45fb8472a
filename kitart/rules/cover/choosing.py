"""Seats shared out over all queues at once, nobody twice (D8, E1)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kitart.plan.limits import Limits
from kitart.rules.cover.facts import Facts, Out
from kitart.rules.cover.matching import Cost, matched
from kitart.rules.cover.needs import Need
from kitart.rules.cover.pool import Pool
from kitart.rules.cover.rungs import RUNGS, Rung

Picked = tuple[str, Rung]
NOTHING_AGAINST = (0, 0, 0, 0, 0)
"""As long as a rank (``Eligibility.rank``): seats and agents are weighed on one scale."""


@dataclass(frozen=True)
class Chosen:
    """By queue: who sits there on which rung, best first; whom to warn beside them."""

    seats: Mapping[str, tuple[Picked, ...]]
    queue_of: Mapping[str, str]
    pre_alert: Mapping[str, tuple[str, ...]]


def choose(needs: Sequence[Need], facts: Facts, pool: Pool, limits: Limits) -> Chosen:
    """The seats of ``needs`` filled down the ladder.

    Who is back in time sits in the own queue, and who holds a seat keeps it. All others are shared
    out so that first as many seats as possible are filled, next English only is used least, next
    non-native speakers are. So the incident's level is the lowest there is; with one more agent
    out it can only stay or rise. Where not all seats can be filled, those lost by an outage come
    before those that the roster left empty, and queues without anybody before others.
    """
    sits: dict[str, list[Picked]] = defaultdict(list)
    holders, out = _holders(facts), {each.agent: each for each in facts.out}
    for need in needs:
        held = [(code, pool.rules.rung(pool.agent(code), need)) for code in holders[need.key]]
        back = _relocating(need, out, facts, limits, need.short - len(held))
        sits[need.key] = held + back
    short = {
        need.key: need for need in needs if need.short > len(sits[need.key])
    }  # fmt: skip
    rungs = {key: {a.id: rung for a, rung in pool.eligible(need)} for key, need in short.items()}
    seats = {
        key: seat_costs(need.short, need.short_by_roster, len(need.live), len(sits[key]))
        for key, need in short.items()
    }
    offers = {
        key: {
            code: offer_cost(rung, pool.rules.rank(pool.agent(code), need, rung))
            for code, rung in sorted(rungs[key].items())
        }
        for key, need in short.items()
    }
    found = _spread(matched(seats, offers), offers, pool)
    for code, key in found.items():
        sits[key].append((code, rungs[key][code]))
    return Chosen(
        seats={
            key: tuple(sorted(picked, key=lambda each: (RUNGS.index(each[1]), each[0])))
            for key, picked in sits.items()
        },
        queue_of={code: key for key, picked in sits.items() for code, _ in picked},
        pre_alert=_pre_alert(needs, sits, pool, set(found)),
    )


def _holders(facts: Facts) -> dict[str, list[str]]:
    """By queue those who hold a seat there, without those who are out since."""
    gone = {each.agent for each in facts.out}
    holders: dict[str, list[str]] = defaultdict(list)
    for code in sorted(facts.holding):
        if code not in gone:
            holders[facts.holding[code]].append(code)
    return holders


def _relocating(
    need: Need, out: Mapping[str, Out], facts: Facts, limits: Limits, seats: int
) -> list[Picked]:
    """Of the queue's own agents who are out those who are back in time, the soonest first."""
    back = sorted(
        (out[code].live_again_at or facts.at, code)
        for code in need.out
        if facts.back_in_time(out[code], limits.relocate_forecast)
    )
    return [(code, Rung.RELOCATE) for _, code in back[: max(0, seats)]]


def seat_costs(short: int, short_by_roster: int, live: int, filled: int) -> list[Cost]:
    """What each empty seat of a queue costs: first those of an outage, and those of an empty queue.

    ``short`` seats are empty, ``short_by_roster`` of them by the roster itself; ``live`` agents sit
    in others, and ``filled`` of the empty ones are taken already.
    """
    lost = short - short_by_roster
    return [
        (int(place >= lost), live + place, 0, 0, *NOTHING_AGAINST) for place in range(filled, short)
    ]


def offer_cost(rung: Rung, rank: tuple[int, ...]) -> Cost:
    """What an agent on a rung costs; ``rank`` is the agent's (``Eligibility.rank``)."""
    return (0, 0, int(rung is Rung.ENGLISH_ONLY), int(rung is Rung.NON_NATIVE), *rank)


def _spread(
    found: dict[str, str], offers: Mapping[str, Mapping[str, Cost]], pool: Pool
) -> dict[str, str]:
    """Cover from different areas where an equal one is free: one more outage must not take all.

    Equal up to the usual start; call-outs and other queues weigh less than the area.
    """
    areas = [pool.agent(code).area for code in found]
    for code in sorted(found):
        area, key = pool.agent(code).area, found[code]
        if areas.count(area) == 1:
            continue
        equals = [
            (cost, other)
            for other, cost in offers[key].items()
            if other not in found
            and cost[:-2] == offers[key][code][:-2]
            and pool.agent(other).area not in areas
        ]
        if equals:
            other = min(equals)[1]
            del found[code]
            found[other] = key
            areas.remove(area)
            areas.append(pool.agent(other).area)
    return found


def _pre_alert(
    needs: Sequence[Need], sits: Mapping[str, Sequence[Picked]], pool: Pool, taken: set[str]
) -> dict[str, tuple[str, ...]]:
    """A backup beside each seat that hangs on a forecast, as long as there are any (A4, E11)."""
    warned: dict[str, tuple[str, ...]] = {}
    for need in needs:
        hanging = sum(rung is Rung.RELOCATE for _, rung in sits[need.key])
        if not hanging:
            continue
        free = sorted(
            (RUNGS.index(rung), pool.rules.rank(agent, need, rung), agent.id)
            for agent, rung in pool.eligible(need)
            if agent.id not in taken
        )
        warned[need.key] = tuple(code for _, _, code in free[:hanging])
        taken |= set(warned[need.key])
    return warned
