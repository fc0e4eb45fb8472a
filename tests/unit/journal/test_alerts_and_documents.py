"""Alerts kept once per episode, report versions, modes of lines, and looks at systems."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kitart.clock import HandClock
from kitart.connectors.voice import RoutingConflict
from kitart.journal import alerts, documents, incidents, observations, plans
from kitart.journal.alerts import Reading
from kitart.journal.database import Journal
from kitart.journal.incidents import Opened
from kitart.journal.routing import JournalRoutingModes
from kitart.journal.tables import Document

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def keep(
    journal: Journal, status: str, started: datetime | None = NOW, outcome: str = "matched"
) -> tuple[int, bool]:
    reading = Reading("alertmanager", "7a", status, "VCC is away", started_at=started)
    with journal.write() as session:
        incidents.one_at_a_time(session)
        row, news = alerts.keep(session, reading, "{}", outcome=outcome, now=NOW)
        return row.id, news


def test_a_repeated_alert_is_counted_and_is_no_news(journal: Journal) -> None:
    first, again = keep(journal, "firing"), keep(journal, "firing")
    assert (first[1], again[1]) == (True, False)
    assert first[0] == again[0]


def test_the_same_alert_from_two_monitors_at_once_is_kept_once(journal: Journal) -> None:
    with ThreadPoolExecutor(8) as pool:
        kept = list(pool.map(lambda _: keep(journal, "firing"), range(16)))
    assert len({number for number, _ in kept}) == 1
    assert sum(news for _, news in kept) == 1


def test_a_replayed_firing_of_a_resolved_episode_is_no_news(journal: Journal) -> None:
    assert [keep(journal, s)[1] for s in ("firing", "resolved", "firing", "resolved")] == [
        True, True, False, False,
    ]  # fmt: skip


def test_a_later_start_is_another_episode(journal: Journal) -> None:
    first = keep(journal, "firing")
    second = keep(journal, "firing", NOW + timedelta(hours=1))
    assert second[1]
    assert first[0] != second[0]


def test_without_a_start_a_firing_after_a_resolve_is_news(journal: Journal) -> None:
    assert [keep(journal, s, None)[1] for s in ("firing", "resolved", "firing")] == [True] * 3


def test_an_alert_that_was_nobodys_is_news_once_a_rule_fits(journal: Journal) -> None:
    assert keep(journal, "firing", outcome="unmatched")[1]
    assert not keep(journal, "firing", outcome="unmatched")[1]
    assert keep(journal, "firing", outcome="matched")[1]
    assert not keep(journal, "firing", outcome="matched")[1]


def document(**fields: Any) -> Document:
    texts = ("reason", "subject", "html", "text", "file_name", "checksum", "fingerprint")
    values: dict[str, Any] = {
        "incident": "INC-0001", "client": "CL-1", "type": "status-update", "running_number": 1,
        "version": 1, "state": "draft", "facts": {}, "valid_as_of": NOW, "created_at": NOW,
        **dict.fromkeys(texts, ""),
    }  # fmt: skip
    return Document(**(values | fields))


@pytest.mark.covers("D6")
def test_a_new_version_takes_the_place_of_the_unsent_ones(
    journal: Journal, open_one: Callable[..., Opened]
) -> None:
    open_one()
    with journal.write() as session:
        sent = documents.add(session, document(state="sent", sent_at=NOW))
        assert documents.next_version(session, "INC-0001", "CL-1", "status-update", 1) == 2
        draft = documents.add(session, document(version=2))
        other = documents.add(session, document(client="CL-2"))
        newest = documents.add(session, document(version=3))
    with journal.read() as session:
        states = {d.id: d.state for d in documents.of_incident(session, "INC-0001")}
        assert [d.id for d in documents.unfiled(session, "INC-0001")] == [sent.id]
    assert states == {
        sent.id: "sent", draft.id: "superseded", other.id: "draft", newest.id: "draft",
    }  # fmt: skip


@pytest.mark.covers("D6")
def test_a_stale_version_can_not_become_sent_and_one_mover_wins(
    journal: Journal, open_one: Callable[..., Opened]
) -> None:
    open_one()
    with journal.write() as session:
        number = documents.add(session, document(state="approved")).id

    def move(to: str) -> bool:
        with journal.write() as session:
            return documents.move(session, number, from_states=("approved",), to=to, reason="why")

    with ThreadPoolExecutor(2) as pool:
        moved = list(pool.map(move, ["stale", "sent"]))
    assert sum(moved) == 1
    with journal.read() as session:
        assert documents.get(session, number).state == ("stale" if moved[0] else "sent")
    assert not move("sent")
    with pytest.raises(LookupError, match="no document 99"), journal.read() as session:
        documents.get(session, 99)


@pytest.mark.covers("D30")
def test_one_plan_kept_by_many_at_once_is_one_snapshot(journal: Journal) -> None:
    def keep_plan(_: int) -> None:
        with journal.write() as session:
            plans.keep(session, "1" * 64, {"another": "plan"}, now=NOW)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(keep_plan, range(16)))
    with journal.read() as session:
        assert plans.snapshot(session, "1" * 64) == {"another": "plan"}
        with pytest.raises(LookupError, match="no plan"):
            plans.snapshot(session, "2" * 64)


def test_of_two_orders_for_a_line_at_once_one_is_told_of_the_other(journal: Journal) -> None:
    modes = JournalRoutingModes(journal, HandClock(NOW))

    def order(by: str) -> str:
        try:
            return modes.write("ALPHA-1", "voicemail", modes_seen, by).set_by
        except RoutingConflict:
            return "conflict"

    for modes_seen in range(5):
        with ThreadPoolExecutor(4) as pool:
            outcomes = list(pool.map(order, ["AM-1", "AM-2", "IT-MGR", "ERT-1"]))
        assert outcomes.count("conflict") == 3
        assert modes.read("ALPHA-1").version == modes_seen + 1
    assert modes.read("BRAVO-1") == type(modes.read("BRAVO-1"))("BRAVO-1", "normal", 0)


def test_the_last_look_can_be_asked_for_within_some_incidents(
    journal: Journal, open_one: Callable[..., Opened]
) -> None:
    open_one()
    with journal.write() as session:
        observations.add(session, "VCC", "down", "probe", "", now=NOW, incident="INC-0001")
        observations.add(session, "VCC", "up", "probe", "", now=NOW)
    with journal.read() as session:
        assert observations.latest(session, "VCC", "probe").state == "up"  # type: ignore[union-attr]
        within = observations.latest(session, "VCC", "probe", ["INC-0001"])
        assert within is not None
        assert within.state == "down"
        assert observations.latest(session, "VCC", "probe", []) is None
