"""Agents, call records and figures as VCC Live gives them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import requests

from kitart.connectors.errors import ConnectorError
from kitart.connectors.voice import NotCapable
from sandbox.vcc_calls import place_call
from sandbox.vcc_state import AGENT_STATES, VccCall

ALPHA, BRAVO = 11, 12


def get(vcc: Any, path: str, **params: Any) -> requests.Response:
    """The raw answer of the stand-in."""
    return requests.get(
        vcc.server.url + path,
        params=params,
        auth=(vcc.state.user, vcc.state.password),
        verify=vcc.ca_file,
        timeout=5,
    )


def many_calls(vcc: Any, number: int) -> None:
    now = vcc.clock.now()
    for at in range(number):
        began = now - timedelta(seconds=number - at)
        vcc.state.calls.append(
            VccCall(f"call-{at:04d}", ALPHA, "+3615550001", "+361", "hu", began, 1, 3, 5, 60)
        )


@pytest.mark.parametrize("key", ["userId", "userid"])
def test_both_spellings_of_the_user_id_are_read(vcc: Any, key: str) -> None:
    vcc.state.user_id_key = key
    agents = vcc.client().agents()
    assert [agent.user_id for agent in agents] == ["1", "2", "3", "4"]
    assert [agent.username for agent in agents][:2] == ["AG-001", "AG-002"]


@pytest.mark.covers("R21")
def test_logged_in_but_on_no_project_on_a_break_or_unknown_does_not_count_as_live(
    vcc: Any,
) -> None:
    client = vcc.client()
    live = {}
    for state in (*AGENT_STATES, "SOMETHING_NEW"):
        vcc.state.agent("AG-001").state = state
        live[state] = client.agents()[0].counts_as_live
    assert {state for state, counts in live.items() if not counts} == {
        "UNAVAILABLE",
        "AUX",
        "SOMETHING_NEW",
    }


@pytest.mark.covers("E18")
def test_agents_who_drop_are_gone_from_the_list_and_from_their_project(vcc: Any) -> None:
    client = vcc.client()
    assert len(client.agents(str(BRAVO))) == 3
    requests.put(
        f"{vcc.server.url}/sandbox/agents",
        json={"agents": ["AG-002", "AG-003"], "state": None},
        verify=vcc.ca_file,
        timeout=5,
    ).raise_for_status()
    assert [agent.username for agent in client.agents(str(BRAVO))] == ["AG-004"]
    assert [agent.username for agent in client.agents()] == ["AG-001", "AG-004"]


def test_the_moment_of_the_last_change_is_given_in_utc(vcc: Any) -> None:
    vcc.clock.advance(minutes=5)
    vcc.state.put_agents(["AG-001"], "AUX")
    assert vcc.client().agents()[0].since == vcc.clock.now()


def test_json_comes_as_text_and_users_and_projects_are_listed(vcc: Any) -> None:
    answer = get(vcc, "/v2/projects")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.json()["errors"] == []
    assert [project["projectid"] for project in answer.json()["response"]] == [ALPHA, BRAVO]
    assert get(vcc, "/v2/users").json()["response"][1]["projectIds"] == [ALPHA, BRAVO]


def test_an_unknown_project_is_a_permanent_error_in_the_platforms_words(vcc: Any) -> None:
    assert get(vcc, "/v2/onlineusers/99").status_code == 417
    with pytest.raises(ConnectorError, match=r"417 .*error\.bad_arguments") as caught:
        vcc.client().agents("99")
    assert caught.value.permanent


def test_errors_beside_the_data_are_raised(vcc: Any) -> None:
    vcc.state.errors_with_data = True
    with pytest.raises(ConnectorError, match=r"error\.missing_arguments"):
        vcc.client().agents()


def test_a_server_error_may_pass(vcc: Any) -> None:
    vcc.state.outage = "errors"
    with pytest.raises(ConnectorError, match="500") as caught:
        vcc.client().agents()
    assert not caught.value.permanent


def test_records_come_ten_at_a_time_unless_asked_for_and_five_hundred_at_most(vcc: Any) -> None:
    many_calls(vcc, 620)
    day = f"/v2/cdrs/{vcc.clock.now():%Y/%m/%d}"
    by_default = get(vcc, day).json()["response"]
    assert (len(by_default["rows"]), by_default["totalCount"]) == (10, "620")
    assert len(get(vcc, day, num=1000).json()["response"]["rows"]) == 500
    assert len(get(vcc, day, num=500, start=500).json()["response"]["rows"]) == 120
    assert get(vcc, day, num="many").status_code == 417


@pytest.mark.covers("R23")
def test_all_records_are_read_page_by_page_each_once_oldest_first(vcc: Any) -> None:
    many_calls(vcc, 620)
    calls = vcc.client().calls(str(ALPHA), vcc.clock.now() - timedelta(hours=1))
    assert [call.call_id for call in calls] == [f"call-{at:04d}" for at in range(620)]
    assert calls[0].answered_by == "agent"
    assert calls[0].started_at == vcc.clock.now() - timedelta(seconds=620)


def test_records_before_the_moment_asked_for_are_left_out(vcc: Any) -> None:
    many_calls(vcc, 50)
    calls = vcc.client().calls(str(ALPHA), vcc.clock.now() - timedelta(seconds=20))
    assert len(calls) == 20


@pytest.mark.parametrize(
    ("zone", "hours_later"),
    [("Europe/Budapest", 13.5), ("America/New_York", 16.0)],  # 23:30 and 02:00 UTC
)
def test_a_call_is_found_where_the_accounts_day_is_not_the_day_in_utc(
    vcc: Any, zone: str, hours_later: float
) -> None:
    vcc.state.zone = zone
    vcc.clock.advance(hours=hours_later)
    assert vcc.state.local(vcc.clock.now()).date() != vcc.clock.now().date()
    since = vcc.clock.now() - timedelta(minutes=1)
    place_call(vcc.state, ALPHA, "+3615550001")
    assert len(vcc.client().calls(str(ALPHA), since)) == 1


@pytest.mark.covers("R23")
def test_a_test_call_in_the_second_we_ask_from_is_found_though_records_have_whole_seconds(
    vcc: Any,
) -> None:
    vcc.clock.advance(milliseconds=600)
    since = vcc.clock.now()
    vcc.clock.advance(milliseconds=200)
    place_call(vcc.state, ALPHA, "+3615550001")
    assert len(vcc.client().calls(str(ALPHA), since)) == 1


@pytest.mark.covers("R23")
def test_a_late_record_is_missing_first_and_there_later(vcc: Any) -> None:
    vcc.state.cdr_delay_s = 300
    since = vcc.clock.now()
    place_call(vcc.state, ALPHA, "+3615550001", answered_by="AG-001")
    client = vcc.client()
    assert client.calls(str(ALPHA), since) == []
    vcc.clock.advance(minutes=5)
    assert [call.user_id for call in client.calls(str(ALPHA), since)] == ["1"]


def test_figures_are_counted_from_records_and_say_that_they_are_not_live(vcc: Any) -> None:
    place_call(vcc.state, ALPHA, "+3615550001", queue="hu")
    place_call(vcc.state, ALPHA, "+3615550001", answered_by="nobody", queue="hu")
    place_call(vcc.state, ALPHA, "+3615550001", queue="en")
    client = vcc.client()
    whole = client.queue_stats(str(ALPHA))
    assert (whole.offered, whole.answered, whole.lost, whole.waiting) == (3, 2, 1, None)
    assert (whole.live, whole.agents_live, whole.snapshot_time) == (False, 2, vcc.clock.now())
    one = client.queue_stats(f"{ALPHA}/hu")
    assert (one.offered, one.answered, one.lost, one.agents_live) == (2, 1, 1, None)


@pytest.mark.covers("E45")
def test_what_the_platform_can_not_do_is_said_and_raised(vcc: Any) -> None:
    client = vcc.client()
    capabilities = client.capabilities()
    assert capabilities.allows("set_emergency")
    assert not capabilities.allows("voicemails")
    assert "test call" in capabilities.why_not["voicemails"]
    with pytest.raises(NotCapable, match="VCC Live can't do 'voicemails'") as caught:
        client.voicemails("+3615550001", vcc.clock.now())
    assert caught.value.permanent


@pytest.mark.covers("D3")
def test_records_of_a_part_of_the_time_weeks_ago_are_found(vcc: Any) -> None:
    many_calls(vcc, 50)
    now = vcc.clock.now()
    vcc.clock.advance(days=21)
    found = vcc.client().calls(str(ALPHA), now - timedelta(seconds=30), now - timedelta(seconds=10))
    assert len(found) == 20
    assert [call.waited_s for call in found] == [5.0] * 20


def test_everybody_is_known_by_name_also_who_is_not_logged_in(vcc: Any) -> None:
    vcc.state.put_agents([agent.username for agent in vcc.state.agents], None)
    names = vcc.client().users()
    assert names == {str(agent.user_id): agent.username for agent in vcc.state.agents}
