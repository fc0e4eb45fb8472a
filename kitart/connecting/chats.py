"""Chats: Teams by workflows, any other by Apprise (docs/connect.md, step 15)."""

from __future__ import annotations

from collections.abc import Callable

from kitart.connecting.addresses import on_this_machine
from kitart.connecting.check import Check, Found, missing, ok, warning
from kitart.connectors.apprise_chat import AppriseChats
from kitart.connectors.teams import TeamsWorkflows
from kitart.messaging.cards import card
from kitart.plan.check_chats import chats_of_people
from kitart.plan.kinds import CHAT_SETTINGS
from kitart.plan.schema import Plan
from kitart.settings import ChatSettings

CHAT = "chat"
TEST = "This message was sent by 'kitart connect check'."


def chat_checks(
    settings: ChatSettings,
    teams: TeamsWorkflows,
    chats: AppriseChats,
    plan: Callable[[], Plan],
    *,
    send: bool = False,
) -> list[Check]:
    """The plan's names against the settings, and each address; a message only with ``send``."""
    checks = [Check(CHAT, "names", lambda: _names(settings, plan()), ("plan/check",))]
    for name in sorted(settings.teams):
        checks += _teams_checks(teams, name, send)
    for name in sorted(settings.apprise):
        checks += _apprise_checks(settings, chats, name, send)
    return checks


def _names(settings: ChatSettings, plan: Plan) -> Found:
    there = {("teams", name) for name in settings.teams}
    there |= {("chat", name) for name in settings.apprise}
    used = {(channel.kind, channel.address) for _, _, channel in chats_of_people(plan)}
    if lacking := sorted(used - there):
        said = ", ".join(f"{name} in {CHAT_SETTINGS[kind]}" for kind, name in lacking)
        return missing(
            f"the plan names chats that are not set: {said}", "Set them (docs/connect.md, step 15)."
        )
    if idle := sorted(there - used):
        said = ", ".join(f"{name} in {CHAT_SETTINGS[kind]}" for kind, name in idle)
        return warning(
            f"nobody in the plan has {said}",
            "Add it to somebody's channels in config/people.yaml, or take the setting away.",
        )
    return ok(f"{len(used)} chats in the plan, all of them set" if used else "the plan has no chat")


def _teams_checks(teams: TeamsWorkflows, name: str, send: bool) -> list[Check]:
    def look() -> Found:
        teams.reach(name)
        return ok("its host is reached over TLS; no card was sent")

    def post() -> Found:
        teams.post(name, card("Kitart: test message", TEST, "en"))
        return ok("accepted: look whether it arrives, with that person alone")

    todo = (
        "Copy the address from the workflow into KITART_CHAT__TEAMS anew (KITART_CHAT__CA_FILE for "
        "private roots), and let this machine reach it."
    )
    checks = [Check(CHAT, f"teams {name}", look, todo=todo)]
    if send:
        checks.append(Check(CHAT, f"teams {name} test", post, (f"{CHAT}/teams {name}",), todo))
    return checks


def _apprise_checks(
    settings: ChatSettings, chats: AppriseChats, name: str, send: bool
) -> list[Check]:
    def look() -> Found:
        service = chats.about(name)
        if service.of_microsoft:
            return warning(
                f"{service.name}: it falls with the tenant, and Kitart would not know",
                "Put it into KITART_CHAT__TEAMS, and make it a channel of kind teams.",
            )
        if service.in_the_clear and not on_this_machine(
            settings.apprise[name].get_secret_value().strip()
        ):
            return warning(
                f"{service.name}: links to answer by would travel in the clear",
                "Use the address's form with TLS, which most often ends in s.",
            )
        return ok(f"{service.name}: an address that Apprise knows; no message was sent")

    def post() -> Found:
        chats.send(name, TEST, title="Kitart: test message")
        return ok("accepted: look whether it arrives, with that person alone")

    todo = "Mend it in KITART_CHAT__APPRISE, as Apprise's page on the service writes its address."
    checks = [Check(CHAT, f"apprise {name}", look, todo=todo)]
    if send:
        checks.append(Check(CHAT, f"apprise {name} test", post, (f"{CHAT}/apprise {name}",), todo))
    return checks
