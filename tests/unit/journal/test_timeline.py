"""The timeline: append-only, chained, each keyed entry once (D1-D3)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from kitart.journal import acknowledgements, incidents, timeline
from kitart.journal.database import Journal
from kitart.journal.hashing import (
    SALTED,
    WHOLE,
    broken_at,
    content_digest,
    entry_hash,
    first_hash,
    hash_of,
    plain,
)
from kitart.journal.incidents import Opened
from kitart.journal.tables import TimelineEntry

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
HASHED = [
    "incident", "seq", "type", "occurred_at", "recorded_at", "author", "source", "text", "data",
    "key", "previous_hash", "hash", "form",
]  # fmt: skip
SALTED_ONLY = ["salt", "content"]


def chain(length: int, form: int = SALTED) -> list[TimelineEntry]:
    previous, made = first_hash("INC-0001", "plan"), []
    for seq in range(1, length + 1):
        fields: dict[str, Any] = {
            "incident": "INC-0001",
            "seq": seq,
            "type": "message accepted",
            "occurred_at": NOW + timedelta(seconds=seq),
            "recorded_at": NOW + timedelta(seconds=seq + 1),
            "author": "Kitart",
            "source": "system",
            "text": f"entry {seq}",
            "data": {"n": seq},
            "key": f"k{seq}" if seq % 2 else None,
        }
        entry = TimelineEntry(**fields, previous_hash=previous, form=form)
        if form == WHOLE:
            entry.hash = entry_hash(previous, **fields)
        else:
            entry.salt = f"salt {seq}"
            entry.content = content_digest(entry.salt, fields)
            entry.hash = hash_of(plain(entry), form, previous, entry.content)
        previous = entry.hash
        made.append(entry)
    return made


def other(value: Any) -> Any:
    if isinstance(value, datetime):
        return value + timedelta(microseconds=1)
    if isinstance(value, dict):
        return value | {"more": True}
    if isinstance(value, int):
        return value + 1
    return f"{value}x"


def check(entries: list[TimelineEntry]) -> int | None:
    return broken_at(entries, "INC-0001", "plan")


@pytest.mark.covers("D1")
@given(st.integers(1, 8), st.sampled_from([WHOLE, SALTED]), st.data())
def test_a_changed_field_of_any_entry_is_located(
    length: int, form: int, data: st.DataObject
) -> None:
    entries = chain(length, form)
    place = data.draw(st.integers(0, length - 1))
    field = data.draw(st.sampled_from(HASHED if form == WHOLE else HASHED + SALTED_ONLY))
    setattr(entries[place], field, other(getattr(entries[place], field)))
    assert check(entries) == place + 1


def test_every_column_of_an_entry_is_under_the_hash() -> None:
    columns = {column.name for column in TimelineEntry.__table__.columns}
    # Whether it was erased is held by the entry that says so: see test_erasing.py.
    assert columns - {"id", "erased_at"} == set(HASHED + SALTED_ONLY)


@pytest.mark.covers("D1")
@given(st.integers(2, 8), st.data())
def test_a_removed_swapped_or_added_entry_is_located(length: int, data: st.DataObject) -> None:
    entries = chain(length)
    place = data.draw(st.integers(0, length - 2))
    removed = [*entries[:place], *entries[place + 1 :]]
    assert check(removed) == place + 1
    swapped = list(entries)
    swapped[place], swapped[place + 1] = swapped[place + 1], swapped[place]
    assert check(swapped) == place + 1
    added = [*entries[: place + 1], entries[place], *entries[place + 1 :]]
    assert check(added) == place + 2


@given(st.integers(0, 8))
def test_an_untouched_chain_is_whole(length: int) -> None:
    assert check(chain(length)) is None


def test_a_chain_of_another_incident_or_plan_does_not_fit() -> None:
    assert broken_at(chain(3), "INC-0002", "plan") == 1
    assert broken_at(chain(3), "INC-0001", "another plan") == 1


@pytest.mark.covers("D1")
def test_the_kept_timeline_is_whole_and_a_cut_off_end_shows(
    journal: Journal, open_one: Callable[..., Opened]
) -> None:
    open_one()
    with journal.write() as session:
        for n in range(3):
            timeline.append(
                session, "INC-0001", "note", f"árvíztűrő {n} \U0001f4de", now=NOW,
                data={"n": n, "list": [1, {"b": None}], 10: "ten", 9: "nine"},
            )  # fmt: skip
    with journal.read() as session:
        assert timeline.first_broken(session, incidents.get(session, "INC-0001")) is None
    with journal.write() as session:
        session.execute(sa.delete(TimelineEntry).where(TimelineEntry.seq == 4))
    with journal.read() as session:
        assert timeline.first_broken(session, incidents.get(session, "INC-0001")) == 4


def test_an_entry_changed_in_the_database_is_located(
    journal: Journal, open_one: Callable[..., Opened]
) -> None:
    open_one()
    with journal.write() as session:
        for n in range(3):
            timeline.append(session, "INC-0001", "note", f"note {n}", now=NOW)
    with journal.write() as session:
        session.execute(
            sa.update(TimelineEntry).where(TimelineEntry.seq == 2).values(text="nothing happened")
        )
    with journal.read() as session:
        assert timeline.first_broken(session, incidents.get(session, "INC-0001")) == 2


def test_a_keyed_entry_is_added_once(journal: Journal, open_one: Callable[..., Opened]) -> None:
    open_one()
    with journal.write() as session:
        first = timeline.append(session, "INC-0001", "note", "one", now=NOW, key="k")
        again = timeline.append(session, "INC-0001", "note", "two", now=NOW, key="k")
    assert first is not None
    assert again is None
    with journal.read() as session:
        assert [e.text for e in timeline.entries(session, "INC-0001") if e.key == "k"] == ["one"]
        assert timeline.has(session, "INC-0001", "k")
        assert not timeline.has(session, "INC-0001", "another")


@pytest.mark.covers("D2")
@pytest.mark.parametrize("field", ["now", "occurred_at"])
def test_a_moment_without_a_zone_is_refused_and_nothing_is_written(
    journal: Journal, open_one: Callable[..., Opened], field: str
) -> None:
    open_one()
    moments = {"now": NOW, "occurred_at": NOW} | {field: NOW.replace(tzinfo=None)}
    with pytest.raises(ValueError, match="has no time zone"), journal.write() as session:
        timeline.append(session, "INC-0001", "note", "when?", **moments)
    with journal.read() as session:
        assert len(timeline.entries(session, "INC-0001")) == 1


@pytest.mark.covers("D2", "E39")
def test_a_moment_comes_back_in_utc(journal: Journal, open_one: Callable[..., Opened]) -> None:
    open_one()
    budapest = datetime(2026, 11, 24, 10, 30, 0, 123456, tzinfo=timezone(timedelta(hours=1)))
    with journal.write() as session:
        timeline.append(
            session, "INC-0001", "note", "x", now=NOW, occurred_at=budapest, key="moment"
        )
    with journal.read() as session:
        entry = timeline.entries(session, "INC-0001")[-1]
    assert entry.occurred_at == datetime(2026, 11, 24, 9, 30, 0, 123456, tzinfo=UTC)
    assert entry.occurred_at.utcoffset() == timedelta(0)
    assert entry.recorded_at == NOW


def test_text_that_no_database_takes_is_made_fit(
    journal: Journal, open_one: Callable[..., Opened]
) -> None:
    open_one()
    with journal.write() as session:
        timeline.append(session, "INC-0001", "note", "a\x00b\ud800c", now=NOW)
    with journal.read() as session:
        assert timeline.entries(session, "INC-0001")[-1].text == "ab?c"
        assert timeline.first_broken(session, incidents.get(session, "INC-0001")) is None


@pytest.mark.covers("D1")
def test_of_many_who_answer_at_once_each_gets_an_entry_of_its_own(
    journal: Journal, open_one: Callable[..., object]
) -> None:
    """As a link's answer is written: the incident is read, then a row about it, then the entry."""
    open_one()
    answerers = 8

    def answer(number: int) -> None:
        with journal.write() as session:
            row = incidents.get(session, "INC-0001")
            acknowledgements.record(
                session, row.number, "ert", f"ERT-{number}", "ert", "take", via="link", now=NOW
            )
            timeline.append(session, row.number, "ack received", f"{number}", now=NOW)
            row.state = "acknowledged"

    with ThreadPoolExecutor(answerers) as pool:
        list(pool.map(answer, range(answerers)))
    with journal.read() as session:
        entries = timeline.entries(session, "INC-0001", "ack received")
        assert len(entries) == answerers
        assert timeline.first_broken(session, incidents.get(session, "INC-0001")) is None
