"""Checks of chats: whose they are, what carries them, and what they stand on (D14, A14, E44)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches

from kitart.plan.kinds import CHAT_SETTINGS, CHATS
from kitart.plan.people import Channel
from kitart.plan.problems import Problem, error, warning
from kitart.plan.schema import Plan

Found = tuple[str, str, Channel]  # path, whose, channel


def chat_problems(plan: Plan, known: Mapping[str, Collection[str]]) -> Iterator[Problem]:
    """``known`` has, for each kind of chat, the names that the settings hold; a kind of which
    they hold none is not looked at: the plan may be checked far from them."""
    for path, whose, channel in _chats_of_others(plan):
        yield error(
            f"{path}.kind",
            f"{whose} has {channel.kind}, which is for the people of the company alone: others "
            "are written to by sms, mail and voice",
        )
    yield from _shared(plan)
    yield from _not_carried(plan)
    yield from _off_the_tenant(plan)
    yield from _unknown(plan, known)


def chats_of_people(plan: Plan) -> Iterator[Found]:
    """Every chat of the company's people, with its place in the plan."""
    for index, person in enumerate(plan.people):
        yield from _chats(f"people[{index}]", person.id, person.channels)


def _chats_of_others(plan: Plan) -> Iterator[Found]:
    for index, client in enumerate(plan.clients):
        for place, contact in enumerate(client.contacts):
            path = f"clients[{index}].contacts[{place}]"
            yield from _chats(path, contact.id, contact.channels)
    for index, supplier in enumerate(plan.suppliers):
        yield from _chats(f"suppliers[{index}]", supplier.id, supplier.channels)
    for index, agent in enumerate(plan.agents):
        yield from _chats(f"agents[{index}]", agent.id, agent.channels)


def _chats(path: str, whose: str, channels: tuple[Channel, ...]) -> Iterator[Found]:
    for place, channel in enumerate(channels):
        if channel.kind in CHATS:
            yield f"{path}.channels[{place}]", whose, channel


def _shared(plan: Plan) -> Iterator[Problem]:
    """A message holds a link that is one person's own: nobody else may read that chat."""
    owners: dict[tuple[str, str], list[str]] = defaultdict(list)
    for path, whose, channel in chats_of_people(plan):
        before = owners[channel.kind, channel.address]
        if before and before[0] != whose:
            yield error(
                f"{path}.address",
                f"{channel.address!r} is the chat of {before[0]} too: each message holds a link "
                "by which one person answers; give each a chat of their own",
            )
        before.append(whose)


def _not_carried(plan: Plan) -> Iterator[Problem]:
    carried = {policy.kind for policy in plan.channels}
    missing = {found[2].kind for found in chats_of_people(plan)} - carried
    for kind in sorted(missing):
        entry = {
            "teams": "{kind: teams, connector: teams, depends_on: [MAIL]}",
            "chat": "{kind: chat, connector: apprise}",
        }[kind]
        yield error("channels", f"nothing carries {kind}, which people have; add {entry}")


def _off_the_tenant(plan: Plan) -> Iterator[Problem]:
    """Teams falls with the tenant, of which SharePoint is the part that we probe."""
    tenant = {
        code
        for system in plan.systems
        if system.probe == "sharepoint"
        for code in (system.id, *system.shares_failure_with)
    }
    for index, policy in enumerate(plan.channels):
        if policy.kind == "teams" and tenant and not tenant & set(policy.depends_on):
            yield warning(
                f"channels[{index}].depends_on",
                f"teams depends on nothing of the tenant and falls with it; name one of "
                f"{', '.join(sorted(tenant))}",
            )


def _unknown(plan: Plan, known: Mapping[str, Collection[str]]) -> Iterator[Problem]:
    for path, _, channel in chats_of_people(plan):
        names = sorted(known.get(channel.kind, ()))
        if names and channel.address not in names:
            near = get_close_matches(channel.address, names, n=1, cutoff=0.6)
            right = near[0] if near else f"one of {', '.join(names)}"
            yield error(
                f"{path}.address",
                f"{channel.address!r} is not in {CHAT_SETTINGS[channel.kind]}; right would be "
                f"{right}",
            )
