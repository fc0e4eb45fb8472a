"""Chats in the plan: a name, one person's own, carried by something that is known (D14, A14)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from kitart.plan.checks import check_plan
from kitart.plan.kinds import chat_name
from kitart.plan.problems import Problem
from kitart.plan.schema import Plan

TODAY = date(2026, 11, 19)
TEAMS = {"kind": "teams", "connector": "teams", "depends_on": ["MAIL"]}
CHAT = {"kind": "chat", "connector": "apprise"}


def chat(address: str, kind: str = "teams") -> dict[str, Any]:
    return {"kind": kind, "address": address, "verified": "2026-11-01"}


def new(plan: Plan, raw: dict[str, Any], **chats: Any) -> list[Problem]:
    before = check_plan(plan, TODAY)
    found = check_plan(Plan.from_snapshot(raw), TODAY, chats=chats)
    return [problem for problem in found if problem not in before]


@pytest.fixture
def raw(plan: Plan) -> dict[str, Any]:
    """The sample company's plan, with both kinds of chat carried."""
    snapshot = plan.snapshot()
    snapshot["channels"] = [
        c for c in snapshot["channels"] if c["kind"] not in ("teams", "chat")
    ] + [TEAMS, CHAT]
    return snapshot


def test_a_chat_with_a_name_of_its_own_is_fine(plan: Plan, raw: dict[str, Any]) -> None:
    raw["people"][0]["channels"] += [chat("sv-1-x"), chat("sv-1-x", "chat")]
    assert new(plan, raw) == []
    assert new(plan, raw, teams=["sv-1-x", "other"], chat=["sv-1-x"]) == []


def test_a_name_that_the_settings_do_not_hold_is_refused_with_the_nearest(
    plan: Plan, raw: dict[str, Any]
) -> None:
    raw["people"][0]["channels"].append(chat("sv-1-team"))
    (found,) = new(plan, raw, teams=["sv-1-teams", "ert-1"])
    place = len(raw["people"][0]["channels"]) - 1
    assert (found.severity, found.where) == ("error", f"people[0].channels[{place}].address")
    assert found.message == (
        "'sv-1-team' is not in KITART_CHAT__TEAMS; right would be sv-1-teams"
    )  # fmt: skip


def test_one_chat_for_two_people_would_show_one_the_others_link(
    plan: Plan, raw: dict[str, Any]
) -> None:
    for person in raw["people"][:2]:
        person["channels"].append(chat("everybody"))
    (found,) = new(plan, raw)
    assert found.severity == "error"
    assert "is the chat of SV-1 too" in found.message


def test_a_chat_that_nothing_carries_is_refused_and_the_entry_is_said(
    plan: Plan, raw: dict[str, Any]
) -> None:
    raw["channels"] = [c for c in raw["channels"] if c["kind"] not in ("teams", "chat")]
    raw["people"][0]["channels"].append(chat("sv-1-chat", "chat"))
    said = [p.message for p in new(plan, raw) if p.where == "channels"]
    assert "nothing carries chat, which people have; add {kind: chat, connector: apprise}" in said


@pytest.mark.parametrize("part", ["clients", "suppliers", "agents"])
def test_only_the_companys_people_have_chats(plan: Plan, raw: dict[str, Any], part: str) -> None:
    holder = raw[part][0]["contacts"][0] if part == "clients" else raw[part][0]
    holder["channels"].append(chat("theirs"))
    found = [p for p in new(plan, raw) if "for the people of the company alone" in p.message]
    assert [p.severity for p in found] == ["error"]
    assert found[0].where.startswith(part)


@pytest.mark.covers("E44")
def test_teams_that_stands_on_nothing_of_the_tenant_is_a_warning(
    plan: Plan, raw: dict[str, Any]
) -> None:
    raw["channels"] = [*raw["channels"][:-2], {**TEAMS, "depends_on": []}, CHAT]
    (found,) = new(plan, raw)
    assert found.severity == "warning"
    assert "falls with it; name one of MAIL, SHAREPOINT, SIGN-ON" in found.message


@pytest.mark.covers("A14", "D14")
def test_a_one_way_chat_is_none_of_the_two_channels(plan: Plan, raw: dict[str, Any]) -> None:
    person = raw["people"][0]
    person["channels"] = [person["channels"][0], chat("sv-1-chat", "chat")]
    assert any("too few channels (sms)" in p.message for p in new(plan, raw))
    person["channels"][1] = chat("sv-1-teams")
    assert not any("too few channels" in p.message for p in new(plan, raw))


@pytest.mark.parametrize(
    ("kind", "value"),
    [("teams", "https://prod.logic.azure.com/workflows/hush?sig=hush"),
     ("chat", "slack://hush/hush"), ("chat", "Ert 1"), ("teams", "")],
)  # fmt: skip
def test_an_address_in_the_plan_is_refused_and_not_repeated(kind: str, value: str) -> None:
    with pytest.raises(ValueError, match=r"right would be .*ert-1-(teams|chat)") as caught:
        chat_name(kind, value)
    assert "hush" not in str(caught.value)
    assert "KITART_CHAT__" in str(caught.value)


def test_the_files_refuse_it_too(spoil: Any) -> None:
    (found, *_) = spoil(
        "people.yaml", '{kind: mail, address: sv-1@kitart.example,',
        '{kind: teams, address: "https://x.example/secret?sig=1",',
    )  # fmt: skip
    assert "the address is written out, which is a secret" in found.message
    assert "x.example" not in str(found)
