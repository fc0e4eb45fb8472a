"""What channels stand on, and whether two of them would fail together (D14)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from itertools import combinations

from kitart.language import Phrase, phrase
from kitart.plan.kinds import PHONES
from kitart.plan.people import Channel
from kitart.plan.schema import Plan


def stands_on(plan: Plan, channel: Channel) -> frozenset[str]:
    """The systems and operators without which ``channel`` does not work.

    Its own, and those that all connectors of its kind have in common: one connector left is enough.
    """
    routes = [
        _with_common_causes(plan, frozenset(policy.depends_on))
        for policy in plan.channels
        if policy.kind == channel.kind
    ]
    of_kind = reduce(frozenset.intersection, routes) if routes else frozenset()
    return of_kind | _with_common_causes(plan, frozenset(channel.depends_on))


def hangs_on(plan: Plan, channel: Channel, mobile_operator: str | None) -> frozenset[str]:
    """As ``stands_on``, for a phone whose operator is named once for all its channels: SMS and
    calls go over ``mobile_operator`` where the channel itself names no operator."""
    found = stands_on(plan, channel)
    over_the_phone = channel.kind in PHONES and mobile_operator is not None
    if over_the_phone and found.isdisjoint(plan.company.operators):
        return found | {mobile_operator or ""}
    return found


def share_a_failure(plan: Plan, channels: Sequence[Channel]) -> Phrase:
    """Why no two of ``channels`` are independent; empty when some two are, or there are no two."""
    if len(channels) < 2:
        return Phrase("")
    found = [(channel, stands_on(plan, channel)) for channel in channels]
    for (one, under_one), (other, under_other) in combinations(found, 2):
        if one.address != other.address and not under_one & under_other:
            return Phrase("")
    common = reduce(frozenset.intersection, [under for _, under in found])
    kinds = ", ".join(dict.fromkeys(channel.kind for channel in channels))
    if not common:
        return phrase("{kinds} each two share a cause; add a channel that does not", kinds=kinds)
    return phrase(
        "{kinds} all hang on {causes}; add a channel that does not",
        kinds=kinds, causes=", ".join(sorted(common)),
    )  # fmt: skip


def _with_common_causes(plan: Plan, codes: frozenset[str]) -> frozenset[str]:
    shared = {
        other
        for system in plan.systems
        if system.id in codes
        for other in system.shares_failure_with
    }
    return codes | shared
