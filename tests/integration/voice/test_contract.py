"""What every ``VoicePlatform`` keeps to, whoever makes it: the same tests on two of them."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import get_args

import pytest

from kitart.connectors.lines.sound import from_wav, loudness_db, seconds
from kitart.connectors.voice import Ability, NotCapable, RoutingConflict, RoutingState
from tests.integration.voice.systems import (
    AGENTS,
    LINE,
    NUMBER,
    PROJECT,
    QUEUE,
    SYSTEMS,
    WORDS_S,
    System,
)


@pytest.fixture(params=SYSTEMS)
def system(request: pytest.FixtureRequest) -> Iterator[System]:
    one = SYSTEMS[request.param](request)
    yield one
    one.close()


@pytest.mark.covers("R43", "E41")
def test_it_is_up_with_the_agents_who_are_logged_in(system: System) -> None:
    system.log_in(AGENTS[:2])
    health = system.platform.health()
    assert (health.state, health.agents_online) == ("up", 2)
    assert "2 agents are logged in" in health.detail
    assert 0 < health.latency_s < 5


@pytest.mark.covers("E41")
def test_it_is_down_where_nothing_answers_and_unknown_where_we_are_refused(system: System) -> None:
    down, refused = system.away().health(), system.refused().health()
    assert (down.state, refused.state) == ("down", "unknown")
    assert "connection refused" in down.detail
    assert "our access is refused (401)" in refused.detail


@pytest.mark.covers("E18", "R21")
def test_who_logs_in_is_live_and_who_logs_out_is_gone(system: System) -> None:
    assert system.platform.agents() == []
    system.log_in(AGENTS)
    found = system.platform.agents(PROJECT)
    assert [(one.username, one.counts_as_live) for one in found] == [(a, True) for a in AGENTS]
    system.log_out(AGENTS[:1])
    assert [one.username for one in system.platform.agents(PROJECT)] == list(AGENTS[1:])
    assert set(AGENTS) <= set(system.platform.users().values()), "known, logged in or not"


@pytest.mark.covers("R38", "D5")
def test_a_line_that_was_never_set_is_normal_at_version_0(system: System) -> None:
    assert system.platform.routing(LINE) == RoutingState(LINE, "normal", 0, None, "")
    assert not system.platform.routing(LINE).emergency


@pytest.mark.covers("R38", "D5", "E45")
def test_a_switch_reads_back_with_its_version_and_who_ordered_it(system: System) -> None:
    who = "VCC administrator VCC-ADMIN, ordered by the account manager"
    before = system.now()
    state = system.platform.set_emergency(LINE, True, 0, set_by=who)
    assert (state.mode, state.emergency, state.version, state.set_by) == ("voicemail", True, 1, who)
    assert state.set_at is not None
    assert before <= state.set_at <= system.now()
    assert system.platform.routing(LINE) == state
    notice = system.platform.set_emergency(LINE, True, 1, set_by="AM-1", mode="notice")
    assert (notice.mode, notice.version) == ("notice", 2)
    normal = system.platform.set_emergency(LINE, False, 2, set_by="AM-1")
    assert (normal.mode, normal.emergency, normal.version) == ("normal", False, 3)
    assert system.platform.routing("line-32").version == 0, "each line has a version of its own"


@pytest.mark.covers("D5")
def test_a_switch_from_an_old_view_is_refused_and_shows_who_was_first(system: System) -> None:
    system.platform.set_emergency(LINE, True, 0, set_by="AM-1")
    with pytest.raises(RoutingConflict, match=r"at version 1 \(voicemail by AM-1\)") as caught:
        system.platform.set_emergency(LINE, False, 0, set_by="AM-2")
    assert caught.value.permanent
    assert caught.value.current.mode == "voicemail"
    assert system.platform.routing(LINE).set_by == "AM-1"


@pytest.mark.covers("D5")
def test_of_many_who_switch_at_once_one_is_first_and_all_others_hear_it(system: System) -> None:
    def switch(person: str) -> str:
        try:
            return system.another().set_emergency(LINE, True, 0, set_by=person).set_by
        except RoutingConflict as conflict:
            return f"after {conflict.current.set_by}"

    people = [f"AM-{n}" for n in range(8)]
    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(switch, people))
    first = [each for each in said if each in people]
    assert len(first) == 1
    assert said.count(f"after {first[0]}") == 7
    assert system.platform.routing(LINE).set_by == first[0]


@pytest.mark.covers("D5")
def test_nobody_switches_without_a_name(system: System) -> None:
    with pytest.raises(ValueError, match="set_by is empty"):
        system.platform.set_emergency(LINE, True, 0, set_by=" ")
    assert system.platform.routing(LINE).version == 0


@pytest.mark.covers("R23", "R38", "R42", "E45")
def test_a_caller_meets_an_agent_then_voicemail_then_an_agent_and_records_tell_it(
    system: System,
) -> None:
    system.log_in(AGENTS)
    since = system.now()
    system.dial()
    system.records(since, 1)
    system.platform.set_emergency(LINE, True, 0, set_by="AM-1")
    switched = system.now()
    system.dial()
    system.records(since, 2)
    system.platform.set_emergency(LINE, False, 1, set_by="AM-1")
    system.dial()
    calls = system.records(since, 3)
    assert [call.answered_by for call in calls] == ["agent", "system", "agent"]
    names = system.platform.users()
    assert [names.get(call.user_id or "") in AGENTS for call in calls] == [True, False, True]
    assert {(call.line, call.project.isdigit() or call.project) for call in calls} == {
        (NUMBER, True if calls[0].project.isdigit() else PROJECT)
    }
    assert all(call.length_s > 0 for call in calls)
    assert calls[0].talk_s > 0
    assert calls[0].started_at <= switched <= calls[1].started_at
    assert system.platform.calls(PROJECT, calls[1].started_at, calls[2].started_at) == [calls[1]]

    if not system.platform.capabilities().allows("voicemails"):
        with pytest.raises(NotCapable):
            system.platform.voicemails(LINE, since)
        return
    (left,) = system.platform.voicemails(LINE, switched)
    assert left.line == LINE
    assert left.caller == calls[1].caller
    assert left.length_s == pytest.approx(WORDS_S, abs=1.5)
    sound = from_wav(system.platform.voicemail_sound(left))
    assert seconds(sound) == pytest.approx(WORDS_S, abs=1.5)
    assert loudness_db(sound) > -30, "a message that can be heard"
    later = left.left_at + timedelta(seconds=5)
    assert system.platform.voicemails(LINE, later) == []


@pytest.mark.covers("R23")
def test_a_call_that_nobody_takes_is_a_lost_call(system: System) -> None:
    since = system.now()
    system.dial()
    (call,) = system.records(since, 1)
    assert (call.answered_by, call.user_id, call.talk_s) == ("nobody", None, 0)
    assert call.waited_s is not None
    stats = system.platform.queue_stats(QUEUE if system.platform.capabilities().allows(
        "live_queue_stats") else PROJECT)  # fmt: skip
    assert (stats.offered, stats.answered, stats.lost) == (1, 0, 1)


def test_figures_of_a_queue_say_of_which_moment_they_are_and_whether_live(system: System) -> None:
    system.log_in(AGENTS)
    live = system.platform.capabilities().allows("live_queue_stats")
    stats = system.platform.queue_stats(PROJECT)
    assert stats.live is live
    assert (stats.waiting is not None) is live
    assert stats.agents_live == 3
    assert abs(stats.snapshot_time - system.now()) < timedelta(seconds=5)


@pytest.mark.covers("E45")
def test_each_thing_that_a_platform_is_asked_it_can_or_it_says_why_not(system: System) -> None:
    capabilities = system.platform.capabilities()
    for ability in get_args(Ability):
        assert capabilities.allows(ability) != bool(capabilities.why_not.get(ability)), ability
