"""What channels stand on, and whether two of them would fail together (D14)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from itertools import combinations

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


def share_a_failure(plan: Plan, channels: Sequence[Channel]) -> str:
    """Why no two of ``channels`` are independent; empty when some two are, or there are no two."""
    if len(channels) < 2:
        return ""
    found = [(channel, stands_on(plan, channel)) for channel in channels]
    for (one, under_one), (other, under_other) in combinations(found, 2):
        if one.address != other.address and not under_one & under_other:
            return ""
    common = reduce(frozenset.intersection, [under for _, under in found])
    kinds = ", ".join(dict.fromkeys(channel.kind for channel in channels))
    cause = f"all hang on {', '.join(sorted(common))}" if common else "each two share a cause"
    return f"{kinds} {cause}; add a channel that does not"


def _with_common_causes(plan: Plan, codes: frozenset[str]) -> frozenset[str]:
    shared = {
        other
        for system in plan.systems
        if system.id in codes
        for other in system.shares_failure_with
    }
    return codes | shared
