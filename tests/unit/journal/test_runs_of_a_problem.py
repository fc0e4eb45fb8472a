"""Which run of a problem an alert speaks of: repeats, old letters, what comes again (E33-E35)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from kitart.journal import alerts
from kitart.journal.alerts import BY_KEY, BY_ORDER, BY_START, Reading
from kitart.journal.database import Journal
from kitart.journal.tables import Alert
from tests.new_journal import make_tables
from tests.unit.journal.conftest import NOW

pytestmark = pytest.mark.covers("E33", "E34")


def minute(n: int) -> datetime:
    return NOW + timedelta(minutes=n)


def keep(session: Session, status: str, at: int | None = None, **fields: Any) -> tuple[Alert, bool]:
    said = None if at is None else minute(at)
    values = {
        "said_at": said, "told_apart": BY_ORDER,
        "started_at": said if status == "firing" else None,
    } | fields  # fmt: skip
    reading = Reading("tool", "key", status, "It is away", **values)
    return alerts.keep(session, reading, "{}", outcome="matched", now=NOW)


def test_a_firing_after_a_resolve_is_a_run_of_its_own(journal: Journal) -> None:
    with journal.write() as session:
        first, _ = keep(session, "firing", 0)
        assert keep(session, "firing", 1) == (first, False)
        assert keep(session, "resolved", 2) == (first, True)
        second, news = keep(session, "firing", 3)
        assert news
        assert second.id != first.id
        assert keep(session, "resolved", 4) == (second, True)


def test_what_the_tool_said_before_is_an_old_letter(journal: Journal) -> None:
    with journal.write() as session:
        row, _ = keep(session, "firing", 0)
        keep(session, "resolved", 5)
        for status, at in (("firing", 0), ("firing", 5), ("resolved", 3), ("suppressed", 4)):
            assert keep(session, status, at) == (row, False), (status, at)
        assert row.status == "resolved"


def test_a_resolve_that_overtakes_its_firing_leaves_nothing_open(journal: Journal) -> None:
    with journal.write() as session:
        row, _ = keep(session, "resolved", 5)
        assert keep(session, "firing", 4) == (row, False)
        assert row.status == "resolved"


@pytest.mark.parametrize("before", ["acknowledged", "suppressed", "unknown", "ignored"])
@pytest.mark.parametrize("at", [0, 5])
def test_a_firing_that_was_overtaken_is_heard_unless_the_problem_is_over(
    journal: Journal, before: str, at: int
) -> None:
    with journal.write() as session:
        row, _ = keep(session, before, 5)
        assert keep(session, "firing", at) == (row, True)
        assert keep(session, "resolved", 5) == (row, True)


def test_an_earlier_runs_end_that_comes_late_does_not_end_the_new_run(journal: Journal) -> None:
    with journal.write() as session:
        keep(session, "resolved", 2)
        row, _ = keep(session, "firing", 5)
        assert keep(session, "resolved", 3) == (row, False)
        assert row.status == "firing"


def test_without_any_time_the_order_of_coming_counts(journal: Journal) -> None:
    with journal.write() as session:
        rows = [keep(session, status)[0].id for status in ("firing", "resolved") * 3]
        assert rows == [rows[0]] * 2 + [rows[2]] * 2 + [rows[4]] * 2
        assert len(set(rows)) == 3


def test_a_run_with_a_key_of_its_own_never_comes_again(journal: Journal) -> None:
    with journal.write() as session:
        row, _ = keep(session, "firing", told_apart=BY_KEY)
        assert keep(session, "resolved", told_apart=BY_KEY) == (row, True)
        assert keep(session, "firing", told_apart=BY_KEY) == (row, False)


def test_a_resolve_that_does_not_say_of_which_run_means_the_last(journal: Journal) -> None:
    with journal.write() as session:
        first, _ = keep(session, "firing", told_apart=BY_START, started_at=minute(0))
        last, _ = keep(session, "firing", told_apart=BY_START, started_at=minute(9))
        assert keep(session, "resolved", told_apart=BY_START) == (last, True)
        assert first.status == "firing"


@pytest.mark.parametrize("status", ["unknown", "ignored", "acknowledged"])
def test_what_says_nothing_of_the_problem_leaves_it_as_it_is(journal: Journal, status: str) -> None:
    with journal.write() as session:
        row, _ = keep(session, "firing", 0)
        assert keep(session, status, 1) == (row, False)
        assert row.status == "firing"
        assert row.outcome == "matched"


def test_suppressed_meanwhile_it_may_fire_again_and_its_end_is_heard(journal: Journal) -> None:
    with journal.write() as session:
        row, _ = keep(session, "firing", 0)
        assert keep(session, "suppressed", 1) == (row, True)
        assert keep(session, "firing", 2) == (row, True)
        assert keep(session, "suppressed", 3) == (row, True)
        assert keep(session, "resolved", 4) == (row, True)


@pytest.fixture(scope="module")
def memory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journal]:
    """One journal for all the examples that are made up."""
    made = Journal(f"sqlite:///{tmp_path_factory.mktemp('runs') / 'journal.db'}")
    make_tables(made)
    yield made
    made.close()


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["firing", "resolved", "suppressed", "acknowledged", "unknown", "ignored"]),
        st.none() | st.integers(0, 5),
        st.sampled_from([BY_ORDER, BY_KEY, BY_START]),
    ),
    max_size=12,
)


@settings(max_examples=40, deadline=None)
@given(STEPS)
def test_whatever_comes_in_whatever_order_is_kept_and_the_same_post_twice_is_no_news(
    memory: Journal, steps: list[tuple[str, int | None, str]]
) -> None:
    with memory.write() as session:
        session.query(Alert).delete()
        for status, at, told_apart in steps:
            row, _ = keep(session, status, at, told_apart=told_apart)
            again, news = keep(session, status, at, told_apart=told_apart)
            assert not news
            assert again.id == row.id
        assert sum(row.times_received for row in session.query(Alert)) == 2 * len(steps)
