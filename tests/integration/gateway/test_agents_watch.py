"""The look at who is live: agents who drop together, over sockets of the stand-in (E18)."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import requests

from kitart.installation import use_installation
from kitart.journal import outage_reports, roll_calls, seen_agents
from kitart.messaging import links
from tasks import agents_watch
from tasks.agents_watch import look_at_agents
from tests.integration.gateway.calling_out import entries, out

pytestmark = pytest.mark.covers("E18")

# On shift at 10:00 in Budapest, of three projects.
FOUR = ["AG-013", "AG-014", "AG-001", "AG-049"]
MORE = ["AG-003", "AG-004", "AG-006", "AG-007"]
STANDBY = "AG-032"


@pytest.fixture(autouse=True)
def _installed(place) -> Iterator[None]:
    use_installation(place.inst)
    place.world.vcc.put_agents([*FOUR, "AG-002", "AG-005", STANDBY], "WAITING4CALL")
    yield
    use_installation(None)


def look(place: Any, seconds: int = 60) -> str:
    """One look, so much later."""
    place.clock.advance(seconds=seconds)
    said: str = look_at_agents.fn()
    return said


def drop(place: Any, *agents: str, state: str | None = None) -> None:
    place.world.vcc.put_agents(list(agents), state)


def asked(place: Any, number: str = "INC-0001") -> list[str]:
    with place.inst.journal.read() as session:
        return [row.agent for row in roll_calls.of_incident(session, number)]


def out_now(place: Any) -> list[str]:
    with place.inst.journal.read() as session:
        return [row.agent for row in outage_reports.standing(session)]


def answer(place: Any, agent: str, said: str) -> None:
    link = links.new(place.inst.settings, "roll-call", "INC-0001", agent, now=place.clock.now())
    assert requests.post(link, data={"answer": said}, timeout=10).status_code == 200


def test_four_who_drop_in_a_minute_open_an_incident_and_are_asked(place) -> None:
    assert "nobody dropped out" in look(place)
    drop(place, *FOUR)
    said = look(place)
    assert said.startswith("INC-0001: asked")
    (incident,) = place.incidents()
    assert (incident.kind, incident.reported_by) == ("workplace unusable", "monitor: phone system")
    assert sorted(incident.projects) == ["ALPHA", "CHARLIE", "DELTA"]
    assert sorted(asked(place)) == sorted(FOUR)
    (entry,) = entries(place, "agents dropped")
    assert entry.source == "monitor"
    assert sorted(m.recipient for m in place.messages("roll-call") if m.channel == "sms") == (
        sorted(FOUR)
    )
    place.eventually(lambda: entries(place, "ack requested"), "the alarm")
    # Nobody is out yet: who answers is not, who is silent is, after five minutes.
    assert out_now(place) == []
    answer(place, "AG-013", "works")
    answer(place, "AG-014", "cannot")
    drop(place, "AG-001", state="WAITING4CALL")
    for _ in range(5):
        look(place)
    assert out_now(place) == ["AG-014", "AG-049"]
    assert [e.data["agent"] for e in entries(place, "roll-call silent")] == ["AG-049"]
    assert any("live again" in e.text for e in entries(place, "roll-call answered"))
    assert len(place.incidents()) == 1


@pytest.mark.parametrize("gone", [FOUR[:2], [*FOUR[:2], STANDBY]])
def test_two_are_no_incident_and_a_standby_is_not_counted(place, gone) -> None:
    look(place)
    drop(place, *gone)
    assert "nobody dropped out" in look(place)
    assert place.incidents() == []


def test_a_break_is_no_drop(place) -> None:
    look(place)
    drop(place, *FOUR, state="AUX")
    look(place)
    assert place.incidents() == []


@pytest.mark.covers("E41")
def test_a_phone_system_that_does_not_answer_says_nothing_about_agents(place, caplog) -> None:
    look(place)
    place.world.vcc_faults.set("*", "reset")
    drop(place, *FOUR)
    assert "nothing is concluded" in look(place)
    assert "nothing is concluded" in caplog.text
    place.world.vcc_faults.clear()
    # When it is back, who is not logged in yet has not dropped.
    look(place)
    look(place)
    assert place.incidents() == []


def test_two_looks_at_once_open_one_incident(place) -> None:
    look(place)
    drop(place, *FOUR)
    place.clock.advance(seconds=60)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: look_at_agents.fn(), range(2)))
    assert len(place.incidents()) == 1
    assert sorted(asked(place)) == sorted(FOUR)
    assert len(entries(place, "roll-call begun")) == 1


def test_a_late_look_of_before_is_thrown_away(place) -> None:
    look(place)
    now = place.clock.now()
    drop(place, *FOUR)
    place.clock.advance(seconds=-30)
    look_at_agents.fn()
    place.clock.advance(seconds=30)
    with place.inst.journal.read() as session:
        seen = seen_agents.last_look(session)
    assert (seen.at, set(FOUR) <= seen.live) == (now, True)
    assert place.incidents() == []


def test_more_agents_of_an_open_incident_are_asked_one_by_one(place) -> None:
    out(place, "AG-015", "device")
    look(place)
    drop(place, "AG-014")  # the same project
    drop(place, "AG-002")  # another one, and no cause that fits
    assert look(place) == "INC-0001: asked AG-014"
    assert asked(place) == ["AG-014"]


@pytest.mark.covers("E5")
def test_many_who_drop_beside_another_cause_are_an_incident_of_their_own(place) -> None:
    out(place, "AG-015", "device")
    look(place)
    drop(place, *FOUR)
    look(place)
    assert [i.number for i in place.incidents()] == ["INC-0001", "INC-0002"]
    assert asked(place, "INC-0001") == []


@pytest.mark.covers("E4")
def test_who_reports_after_dropping_is_in_the_same_incident(place) -> None:
    look(place)
    drop(place, *FOUR)
    look(place)
    assert out(place, "AG-014", "power") == "INC-0001"
    assert out(place, "AG-002", "internet") == "INC-0001"


@pytest.mark.covers("E36")
def test_a_report_of_before_the_shift_is_taken_up_by_a_look(place) -> None:
    place.clock.advance(hours=15)  # an hour after midnight in Budapest
    assert out(place, "AG-014", "power") is None
    look(place)
    assert place.incidents() == []
    place.clock.advance(hours=4)
    look(place)
    assert [i.projects for i in place.incidents()] == [["CHARLIE"]]
    place.eventually(lambda: entries(place, "ack requested"), "the alarm")


def test_who_drops_while_others_are_being_asked_is_not_missed(place, monkeypatch) -> None:
    place.world.vcc.put_agents(MORE, "WAITING4CALL")
    look(place)
    drop(place, *FOUR)
    place.clock.advance(seconds=60)
    monkeypatch.setattr(agents_watch, "EVERY", timedelta(seconds=0.2))
    place.world.sms_faults.set("POST *", "delay", seconds=4)
    with ThreadPoolExecutor(1) as pool:
        run = pool.submit(look_at_agents.fn)
        place.eventually(lambda: place.incidents(), "the incident")
        drop(place, *MORE)
        place.clock.advance(seconds=60)
        place.eventually(lambda: set(MORE) <= set(asked(place)), "the others asked")
        assert not run.done(), "the first ones are still being told"
        place.world.sms_faults.clear()
        said = run.result(60)
    assert said.count("asked") == 2
    told = {m.recipient for m in place.messages("roll-call") if m.channel == "sms"}
    assert told == {*FOUR, *MORE}


def test_one_look_may_fail_to_come(place) -> None:
    look(place)
    drop(place, *FOUR)
    look(place, seconds=120)
    assert sorted(asked(place)) == sorted(FOUR)


def test_after_too_long_a_gap_it_begins_anew(place) -> None:
    look(place)
    drop(place, *FOUR)
    look(place, seconds=151)
    look(place)
    assert place.incidents() == []
