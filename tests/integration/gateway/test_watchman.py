"""Until a run drives: the escalation, asking for runs, and the paper plan."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
import requests

from kitart.clock import monotonic_s, sleep_s
from kitart.gateway import watchman
from kitart.journal import acknowledgements, incidents
from kitart.journal.messages import TAKEN
from kitart.messaging import links
from kitart.messaging.alarm import ack_link
from kitart.messaging.occasion import ert_due


def asked(place) -> list[str]:
    return [e.data["person"] for e in place.entries("ack requested")]


def order(place) -> list[str]:
    return [p.id for p in place.plan.ert_order(place.clock.now())]


def take(place, person: str, answer: str = "take") -> None:
    with place.inst.journal.write() as session:
        acknowledgements.record(
            session, "INC-0001", "ert", person, "ert", answer, via="link", now=place.clock.now()
        )


@pytest.mark.covers("R8", "R9", "A14", "E24")
def test_the_escalation_is_worked_while_no_run_drives(place) -> None:
    members = order(place)
    place.orchestrator.away = True
    place.post_alerts(place.alert())
    place.eventually(lambda: asked(place) == members[:1], "the first")
    place.clock.advance(minutes=2)
    place.eventually(lambda: asked(place) == members[:2], "the second after two minutes")
    place.clock.advance(minutes=2)
    place.eventually(lambda: asked(place) == members[:3], "the third after four")
    assert not place.entries("ack timed out")
    place.clock.advance(minutes=1, seconds=17)
    breach = place.eventually(lambda: place.entries("ack timed out"), "the breach")[0]
    started = place.incidents()[0].reported_at
    assert breach.occurred_at == started + timedelta(minutes=5), "at its true second"
    assert breach.recorded_at == started + timedelta(minutes=5, seconds=17)
    place.eventually(lambda: set(asked(place)) == set(members), "everybody")
    for person in ("AM-1", "AM-2", "IT-MGR"):
        place.eventually(lambda p=person: place.texts_to(p), f"the word to {person}")
    sleep_s(1.2)
    assert [len(place.texts_to(p)) for p in ("AM-1", "AM-2", "IT-MGR")] == [1, 1, 1]
    place.clock.advance(minutes=2)
    place.eventually(lambda: asked(place).count(members[0]) >= 2, "the asking goes on")


@pytest.mark.covers("A14")
def test_a_cannot_brings_the_next_at_once_and_a_take_ends_the_asking(place) -> None:
    members = order(place)
    place.post_alerts(place.alert())
    place.eventually(lambda: asked(place) == members[:1], "the first")
    take(place, members[0], "cannot")
    place.eventually(lambda: asked(place) == members[:2], "the next")
    take(place, members[1])
    place.clock.advance(minutes=30)
    sleep_s(1.2)
    assert asked(place) == members[:2]
    assert not place.entries("ack timed out")


def test_the_link_in_the_page_ends_the_asking(place) -> None:
    place.post_alerts(place.alert())
    text = place.eventually(lambda: place.texts_to(order(place)[0]), "the page")[0]
    link = next(word for word in text.split() if "/a/" in word)
    assert requests.get(link, timeout=10).status_code == 200
    assert requests.post(link, data={"answer": "take"}, timeout=10).status_code == 200
    assert place.incidents()[0].state == "acknowledged"


def test_nothing_is_ever_sent_twice(place) -> None:
    """The thread pool, the watch's rounds and two gateways' worth of calls, all at once."""
    place.post_alerts(place.alert())
    for _ in range(8):
        place.app.state.house.watchman.opened("INC-0001")
        place.app.state.house.watchman.look()
        place.clock.advance(minutes=1)
        sleep_s(0.3)
    place.eventually(lambda: place.entries("ack timed out"), "the breach")
    sleep_s(1)
    sent = Counter((sms.to, sms.message_key) for sms in place.world.sms.sent)
    assert set(sent.values()) == {1}
    assert len({key for _, key in sent}) == len(sent)


def test_the_watch_hands_over_to_a_run_and_takes_back_when_its_lease_lapses(place) -> None:
    place.orchestrator.coming = False
    place.post_alerts(place.alert())
    place.eventually(lambda: len(asked(place)) == 1, "the first page")
    lease = place.take_lease()
    sleep_s(0.7)
    place.clock.advance(minutes=4)
    sleep_s(1.2)
    assert len(asked(place)) == 1, "the run drives: the gateway asks nobody"
    with place.inst.journal.write() as session:
        incidents.release_lease(session, lease)
    place.eventually(lambda: len(asked(place)) == 2, "the gateway again")


def test_a_run_is_asked_for_once_and_again_only_after_a_while(place, monkeypatch) -> None:
    place.post_alerts(place.alert())
    sleep_s(2)
    assert place.orchestrator.asked == [("INC-0001", 1)]
    place.eventually(lambda: place.incidents()[0].requested_run == "run-INC-0001-1", "its number")
    place.orchestrator.coming = True
    monkeypatch.setattr(watchman, "ASK_FOR_RUN_AGAIN_AFTER_S", 0.5)
    sleep_s(1.5)
    assert place.orchestrator.asked == [("INC-0001", 1)], "the run asked for may still begin"
    place.orchestrator.coming = False
    place.eventually(lambda: ("INC-0001", 2) in place.orchestrator.asked, "the second request")
    lease = place.take_lease()
    sleep_s(0.7)
    before = len(place.orchestrator.asked)
    sleep_s(1.2)
    assert len(place.orchestrator.asked) == before, "a driven incident needs no run"
    with place.inst.journal.write() as session:
        incidents.release_lease(session, lease)
    place.eventually(lambda: len(place.orchestrator.asked) > before, "a request after the lapse")
    assert [n for _, n in place.orchestrator.asked] == list(
        range(1, len(place.orchestrator.asked) + 1)
    )


@pytest.mark.covers("D21")
@pytest.mark.parametrize(
    ("took_s", "given_s"), [((), 10.0), ((0.5, 2.0), 10.0), ((0.5, 5.0), 15.0), ((30.0,), 20.0)]
)
def test_a_run_has_the_time_to_hold_its_incident_that_runs_took_lately(
    place, monkeypatch, took_s, given_s
) -> None:
    """One too many on a busy machine makes it busier; one too late leaves people alone."""
    monkeypatch.setattr(watchman, "ASK_FOR_RUN_AGAIN_AFTER_S", 0.5)
    watcher = place.app.state.house.watchman
    watcher._took_s.extend(took_s)
    place.orchestrator.coming = True
    place.post_alerts(place.alert())
    place.eventually(lambda: place.orchestrator.given_s, "the question whether it comes")
    assert place.orchestrator.given_s == {given_s}
    place.take_lease()
    place.eventually(lambda: len(watcher._took_s) > len(took_s), "how long this one took")
    assert 0 < watcher._took_s[-1] < 10


def test_a_run_that_held_its_incident_before_any_look_counts_too_and_is_not_kept_in_mind(
    place,
) -> None:
    place.post_alerts(place.alert())
    place.eventually(lambda: place.incidents()[0].requested_run, "the request")
    place.take_lease()
    watcher = place.app.state.house.watchman
    place.eventually(lambda: watcher._took_s, "how long it took")
    assert watcher._asked_at_s == {}
    assert watcher._took_s[0] < 10


def test_a_run_that_held_the_incident_and_let_go_is_replaced_though_prefect_calls_it_running(
    place, monkeypatch
) -> None:
    monkeypatch.setattr(watchman, "ASK_FOR_RUN_AGAIN_AFTER_S", 0.5)
    place.orchestrator.coming = True
    place.post_alerts(place.alert())
    place.eventually(lambda: place.incidents()[0].requested_run == "run-INC-0001-1", "its number")
    with place.inst.journal.write() as session:
        incidents.get(session, "INC-0001").run_id = "run-INC-0001-1"
    place.eventually(lambda: ("INC-0001", 2) in place.orchestrator.asked, "the next run")


@pytest.mark.covers("D21")
def test_a_run_that_died_is_replaced_as_soon_as_its_hold_has_lapsed(place) -> None:
    """With the limits as they are: what is left of the 30 seconds belongs to the run's start."""
    place.orchestrator.coming = True
    place.post_alerts(place.alert())
    place.eventually(lambda: place.incidents()[0].requested_run == "run-INC-0001-1", "its number")
    died_s = monotonic_s()
    place.take_lease(run="run-INC-0001-1")
    with place.inst.journal.write() as session:
        incidents.get(session, "INC-0001").run_id = "run-INC-0001-1"
    place.eventually(lambda: ("INC-0001", 2) in place.orchestrator.asked, "the next run")
    held_s = incidents.LEASE_LENGTH.total_seconds()
    assert held_s - 1 < monotonic_s() - died_s < held_s + 3


def test_a_prefect_that_is_busy_is_asked_again_in_a_moment_for_the_same_run(
    place, monkeypatch
) -> None:
    monkeypatch.setattr(watchman, "ASK_FOR_RUN_AGAIN_AFTER_S", 600.0)
    monkeypatch.setattr(watchman, "ASK_AFTER_REFUSAL_S", 0.1)
    place.orchestrator.away = True
    place.post_alerts(place.alert())
    place.eventually(lambda: len(place.orchestrator.asked) >= 2, "a second try")
    assert place.incidents()[0].requested_run is None
    place.orchestrator.away = False
    place.eventually(lambda: place.incidents()[0].requested_run, "the run's number")
    assert set(place.orchestrator.asked) == {("INC-0001", 1)}, "one key, so never two runs"


def test_of_many_incidents_at_once_few_runs_are_on_their_way_and_each_is_paged_all_the_same(
    place, monkeypatch
) -> None:
    monkeypatch.setattr(watchman, "STARTS_AT_ONCE", {"sqlite": 2})
    services = ("vcc", "sharepoint", "client-crm-2")
    place.post_alerts(*[place.alert(service=service) for service in services])
    numbers = [row.number for row in place.incidents()]
    assert len(numbers) == 3
    for number in numbers:
        place.eventually(lambda n=number: place.entries("ack requested", n), "the first page")
    if place.inst.journal.engine.dialect.name == "postgresql":  # which bears them all
        place.eventually(lambda: len(place.orchestrator.asked) == 3, "three runs")
        return
    place.eventually(lambda: len(place.orchestrator.asked) == 2, "two runs")
    sleep_s(3 * watchman.LOOK_EVERY_S)
    assert len(place.orchestrator.asked) == 2, "the third waits"
    begun, _ = place.orchestrator.asked[0]
    place.take_lease(begun)
    place.eventually(lambda: len(place.orchestrator.asked) == 3, "its turn")
    assert {number for number, _ in place.orchestrator.asked} == set(numbers)


def test_without_a_run_the_ert_and_the_it_manager_are_told_to_use_the_paper_plan(
    place, monkeypatch
) -> None:
    place.orchestrator.away = True
    place.post_alerts(place.alert())
    sleep_s(1.2)
    assert place.messages("paper-plan") == []
    monkeypatch.setattr(watchman, "PAPER_AFTER_S", 0.5)
    everybody = {*order(place), "IT-MGR"}

    def told() -> bool:
        done = {m.recipient for m in place.messages("paper-plan") if m.state in TAKEN}
        return done == everybody

    place.eventually(told, "the word to everybody")
    sleep_s(1.2)
    assert len(place.entries("run missing")) == 1
    assert set(
        Counter((m.recipient, m.channel) for m in place.messages("paper-plan")).values()
    ) == {1}


def test_a_round_that_fails_does_not_end_the_watch(place, monkeypatch) -> None:
    def fails(*_args):
        raise RuntimeError("the journal burns")

    place.post_alerts(place.alert())
    place.eventually(lambda: len(asked(place)) == 1, "the first page")
    monkeypatch.setattr(incidents, "unsettled", fails)
    sleep_s(1.2)
    monkeypatch.undo()
    place.clock.advance(minutes=2)
    place.eventually(lambda: len(asked(place)) == 2, "the second page")


def test_a_new_gateway_goes_on_where_the_last_one_stood(place) -> None:
    place.post_alerts(place.alert())
    place.eventually(lambda: place.texts_to(order(place)[0]), "the first page")
    place.restart()
    place.clock.advance(minutes=2)
    place.eventually(lambda: len(asked(place)) == 2, "the second page")
    assert len(place.texts_to(order(place)[0])) == 1


@pytest.mark.covers("R9", "A13")
def test_the_deadline_is_that_of_the_service_hours(place) -> None:
    place.post_alerts(place.alert())
    due = ert_due(place.plan, place.incidents()[0])
    assert due.in_hours
    assert due.due_at == place.clock.now() + timedelta(minutes=5)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_gateway_without_a_key_for_links_does_not_start(place) -> None:
    place.inst.settings.secret_key = type(place.inst.settings.secret_key)("")
    with pytest.raises(ValueError, match="KITART_SECRET_KEY"):
        links.check_key(place.inst.settings)
    place.server.stop()
    with pytest.raises(RuntimeError, match="did not start"):
        place.restart()


@pytest.mark.covers("E23", "A14")
def test_an_answer_of_somebody_on_leave_counts_and_is_marked(place) -> None:
    raw = place.plan.snapshot()
    for person in raw["people"]:
        if person["id"] == "ERT-1":
            person["leave"] = [{"first": "2026-11-20", "last": "2026-11-30"}]
    place.use_plan(raw)
    place.post_alerts(place.alert())
    # Leave is skipped without waiting it out: the next in the order has the page at once.
    place.eventually(lambda: place.texts_to("ERT-2"), "the first page")
    assert not place.texts_to("ERT-1")
    link = ack_link(place.inst, "INC-0001", "ert", "ERT-1")
    assert requests.post(link, data={"answer": "take"}, timeout=10).status_code == 200
    (entry,) = place.entries("ack received")
    assert entry.text == "The ERT member has it; on leave, by the plan"
    assert entry.data["on_leave"] is True
    assert place.incidents()[0].state == "acknowledged"
