"""One incident of one cause, one driver of one incident."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from kitart.journal import incidents, timeline
from kitart.journal.database import Journal, Lease, LeaseLost
from kitart.journal.incidents import LEASE_LENGTH, Opened

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
ROUNDS = 1000


@pytest.mark.covers("E33")
def test_a_second_report_joins_and_the_earliest_is_the_start(
    journal: Journal, open_one: Callable[..., Opened]
) -> None:
    first = open_one(at=NOW)
    later = open_one(at=NOW + timedelta(minutes=2))
    earlier = open_one(at=NOW - timedelta(minutes=2))
    assert (first.new, later.new, earlier.new) == (True, False, False)
    assert {first.incident.number, later.incident.number, earlier.incident.number} == {"INC-0001"}
    with journal.read() as session:
        row = incidents.get(session, "INC-0001")
    assert row.reported_at == row.cause_at == NOW - timedelta(minutes=2)


def test_an_exercise_never_joins_a_real_incident(
    journal: Journal, open_one: Callable[..., Opened]
) -> None:
    assert open_one().incident.number == "INC-0001"
    assert open_one(exercise=True).incident.number == "INC-0002"
    assert not open_one().new
    assert not open_one(exercise=True).new


def test_a_closed_incident_is_not_joined(journal: Journal, open_one: Callable[..., Opened]) -> None:
    open_one()
    with journal.write() as session:
        incidents.close(session, "INC-0001", "closed", now=NOW)
    assert open_one().incident.number == "INC-0002"


@pytest.mark.covers("E33")
def test_reports_at_the_same_moment_give_one_incident_per_cause_and_numbers_without_holes(
    journal: Journal, open_one: Callable[..., Opened]
) -> None:
    systems = [f"S-{n % 5}" for n in range(40)]
    with ThreadPoolExecutor(20) as pool:
        opened = list(pool.map(open_one, systems))
    by_system: dict[str, set[str]] = {}
    for system, one in zip(systems, opened, strict=True):
        by_system.setdefault(system, set()).add(one.incident.number)
    assert all(len(numbers) == 1 for numbers in by_system.values())
    assert sum(one.new for one in opened) == 5
    numbers = sorted(number for numbers in by_system.values() for number in numbers)
    assert numbers == [f"INC-000{n}" for n in range(1, 6)]


def take(journal: Journal, run: str, at: datetime = NOW) -> Lease | None:
    with journal.write() as session:
        return incidents.take_lease(session, "INC-0001", run, real_now=at)


def test_of_two_takers_at_once_one_wins_every_time(
    journal: Journal, open_one: Callable[..., Opened]
) -> None:
    open_one()
    start = threading.Barrier(2, timeout=30)

    def rounds(run: str) -> list[Lease | None]:
        won = []
        for n in range(ROUNDS):
            start.wait()
            won.append(take(journal, f"{run}-{n}", NOW + n * 2 * LEASE_LENGTH))
        return won

    with ThreadPoolExecutor(2) as pool:
        results = list(zip(*pool.map(rounds, ["a", "b"]), strict=True))
    assert len(results) == ROUNDS
    assert all(sum(lease is not None for lease in pair) == 1 for pair in results)
    fences = [lease.fence for pair in results for lease in pair if lease is not None]
    assert fences == list(range(1, ROUNDS + 1))


def test_a_held_incident_is_not_taken_until_the_lease_lapses(
    journal: Journal, open_one: Callable[..., Opened]
) -> None:
    open_one()
    assert take(journal, "a") == Lease("INC-0001", "a", 1)
    assert take(journal, "b") is None
    assert take(journal, "a") == Lease("INC-0001", "a", 1)
    assert take(journal, "b", NOW + LEASE_LENGTH) == Lease("INC-0001", "b", 2)


def test_a_renewed_lease_holds_on(journal: Journal, open_one: Callable[..., Opened]) -> None:
    open_one()
    lease = take(journal, "a")
    assert lease is not None
    with journal.write() as session:
        incidents.renew_lease(session, lease, real_now=NOW + LEASE_LENGTH / 2)
    assert take(journal, "b", NOW + LEASE_LENGTH) is None
    with journal.read() as session:
        row = incidents.get(session, "INC-0001")
    assert incidents.driven(row, real_now=NOW + LEASE_LENGTH)
    assert not incidents.driven(row, real_now=NOW + 1.5 * LEASE_LENGTH)


def test_a_late_write_of_the_old_holder_is_refused(
    journal: Journal, open_one: Callable[..., Opened]
) -> None:
    open_one()
    old = take(journal, "a")
    assert old is not None
    assert take(journal, "b", NOW + LEASE_LENGTH) is not None
    with pytest.raises(LeaseLost, match="another run"), journal.write(old) as session:
        timeline.append(session, "INC-0001", "note", "from the past", now=NOW)
    with pytest.raises(LeaseLost), journal.write() as session:
        incidents.renew_lease(session, old, real_now=NOW)
    with journal.write() as session:
        incidents.release_lease(session, old)  # says nothing, changes nothing
    assert take(journal, "c", NOW + LEASE_LENGTH) is None
    with journal.read() as session:
        assert "from the past" not in [e.text for e in timeline.entries(session, "INC-0001")]


def test_a_released_incident_is_free_at_once(
    journal: Journal, open_one: Callable[..., Opened]
) -> None:
    open_one()
    lease = take(journal, "a")
    assert lease is not None
    with journal.write() as session:
        incidents.release_lease(session, lease)
    assert take(journal, "b") == Lease("INC-0001", "b", 2)


def test_a_run_is_asked_for_by_one_at_a_time(
    journal: Journal, open_one: Callable[..., Opened]
) -> None:
    open_one()

    def claim(at: datetime) -> int | None:
        with journal.write() as session:
            row = incidents.get(session, "INC-0001")
            return incidents.claim_run_request(session, row, real_now=at, not_again_for_s=10)

    with ThreadPoolExecutor(10) as pool:
        first = list(pool.map(claim, [NOW] * 10))
    assert [n for n in first if n is not None] == [1]
    assert claim(NOW + timedelta(seconds=9)) is None
    assert claim(NOW + timedelta(seconds=10)) == 2
