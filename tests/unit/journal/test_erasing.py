"""Words and personal data are erased, and the record stays whole (D1, D22)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from kitart.journal import (
    acknowledgements,
    erasing,
    incidents,
    late_entries,
    messages,
    retention,
    timeline,
)
from kitart.journal.database import Journal
from kitart.journal.erasing import NotErased
from kitart.journal.hashing import ERASED, first_hash, hash_of, plain
from kitart.journal.incidents import Opened
from kitart.journal.tables import Acknowledgement, Message, TimelineEntry
from tests.unit.journal.conftest import NOW

NUMBER = "INC-0001"
LATER = NOW + timedelta(days=40)
SECRET = "Kovács Anna is in hospital"


@pytest.fixture
def closed(journal: Journal, open_one: Callable[..., Opened]) -> Journal:
    """A closed incident: its second entry is about AG-014, a correction corrects it."""
    open_one("VCC")
    with journal.write() as session:
        timeline.append(
            session, NUMBER, "agent offline", SECRET, now=NOW, author="AG-014", key="out:AG-014",
            data={"agent": "AG-014", "queue": "BRAVO/es", "until": "2026-11-24T12:00:00+00:00",
                  "seats": 2, "state": {"line": "L1", "ordered_by": "AM-1"}},
        )  # fmt: skip
        late_entries.correct(
            session, NUMBER, 2, "it was later", late_entries.Writer("SUP-1", "supervisor"),
            occurred_at=NOW + timedelta(minutes=1), now=NOW,
        )  # fmt: skip
        said = messages.Outgoing("k:AG-014", NUMBER, "cover", "AG-014", "agent", "sms",
                                 "+36301234567", "", "Can you work?")  # fmt: skip
        assert messages.claim(session, said, now=NOW, real_now=NOW)
        acknowledgements.record(
            session, NUMBER, "cover", "AG-014", "agent", "take", via="sms", now=NOW
        )
        incidents.close(session, NUMBER, "closed", now=NOW)
        incidents.settle(session, NUMBER, now=NOW)
    return journal


def erase(journal: Journal, **what: object) -> erasing.Erased:
    with journal.write() as session:
        return erasing.erase(
            session, NUMBER, reason="request", by="data protection officer", now=LATER,
            **what,  # type: ignore[arg-type]
        )  # fmt: skip


def whole(journal: Journal) -> bool:
    with journal.read() as session:
        return timeline.first_broken(session, incidents.get(session, NUMBER)) is None


def dump(journal: Journal) -> str:
    """All that the incident's entries and messages say, as the database has it."""
    with journal.engine.connect() as connection:
        found = [
            connection.execute(sa.select(table.__table__)).all() for table in
            (TimelineEntry, Message, Acknowledgement)
        ]  # fmt: skip
    return repr(found)


@pytest.mark.covers("D1", "D22")
def test_an_erased_entry_says_so_and_the_record_is_whole(closed: Journal) -> None:
    assert erase(closed, entries=[2]) == erasing.Erased((2,), 0)
    assert whole(closed)
    with closed.read() as session:
        rows = timeline.entries(session, NUMBER)
        entry, last = rows[1], rows[-1]
        assert entry.text == ("erased at 2027-01-03 09:00 UTC by data protection officer: request")
        assert (entry.author, entry.key, entry.salt, entry.erased_at) == (
            "erased", None, None, LATER,
        )  # fmt: skip
        # What gives the record its structure stays.
        assert entry.data == {
            "agent": "erased", "queue": "BRAVO/es", "until": "2026-11-24T12:00:00+00:00",
            "seats": 2, "state": {"line": "L1", "ordered_by": "erased"},
        }  # fmt: skip
        assert (last.type, last.data["entries"]) == (ERASED, [2])
        # The correction still finds what it corrects.
        standing = next(e for e in late_entries.standing(rows) if e.seq == 2)
        assert standing.occurred_at == NOW + timedelta(minutes=1)
    assert SECRET not in dump(closed)


@pytest.mark.covers("D22")
def test_all_that_names_a_person_is_erased(closed: Journal) -> None:
    done = erase(closed, person="AG-014")
    assert done.entries == (2,)
    assert done.rows == 2
    assert whole(closed)
    left = dump(closed)
    for gone in (SECRET, "AG-014", "+36301234567", "Can you work?"):
        assert gone not in left
    with pytest.raises(NotErased, match="nothing that names"):
        erase(closed, person="AG-014")


@pytest.mark.covers("D1")
@pytest.mark.parametrize(
    "change",
    [
        {"text": "nothing of it is true"},  # of an entry that is not erased
        {"erased_at": LATER, "text": "gone", "salt": None},  # nobody said so
        {"content": "0" * 64},
    ],
)
def test_erased_is_not_changed(closed: Journal, change: dict[str, object]) -> None:
    erase(closed, entries=[2])
    with closed.write() as session:
        session.execute(
            sa.update(TimelineEntry)
            .where(TimelineEntry.incident == NUMBER, TimelineEntry.seq == 3)
            .values(**change)
        )
    with closed.read() as session:
        assert timeline.first_broken(session, incidents.get(session, NUMBER)) == 3


@pytest.mark.covers("D1")
def test_a_chain_from_before_stays_verifiable_and_goes_on(closed: Journal) -> None:
    with closed.write() as session:
        row = incidents.get(session, NUMBER)
        previous = first_hash(NUMBER, row.plan_hash)
        for entry in timeline.entries(session, NUMBER):
            entry.form, entry.salt, entry.content = 1, None, None
            entry.previous_hash = previous
            entry.hash = previous = hash_of(plain(entry), 1, previous)
        row.head_hash = previous
    assert whole(closed)
    with closed.write() as session:
        timeline.append(session, NUMBER, "note", "new", now=LATER)
        assert [e.form for e in timeline.entries(session, NUMBER)] == [1, 1, 1, 2]
    assert whole(closed)
    assert erase(closed, entries=[4]).entries == (4,)
    assert whole(closed)


def test_what_can_not_be_erased_is_refused_in_words(
    closed: Journal, open_one: Callable[..., Opened]
) -> None:
    with pytest.raises(NotErased, match="no entry 99"):
        erase(closed, entries=[99])
    erase(closed, entries=[2])
    with pytest.raises(NotErased, match="erased before"):
        erase(closed, entries=[2])
    with pytest.raises(NotErased, match="it stays"):
        erase(closed, entries=[4])
    with closed.write() as session:
        session.execute(
            sa.update(TimelineEntry).where(TimelineEntry.seq == 1).values(form=1, salt=None)
        )
    with pytest.raises(NotErased, match="before entries could be erased"):
        erase(closed, entries=[1])
    open_one("SHAREPOINT")
    with closed.write() as session, pytest.raises(NotErased, match="not closed and settled"):
        erasing.erase(session, "INC-0002", entries=[1], reason="x", by="x", now=LATER)


def test_what_was_kept_long_enough_is_due(closed: Journal) -> None:
    def due(days: int) -> list[retention.Due]:
        with closed.read() as session:
            return retention.due(session, personal_days=days, call_log_days=0, now=LATER)

    assert due(0) == due(41) == []
    (found,) = due(40)
    assert (found.incident, found.since, found.rows) == (NUMBER, LATER, {"messages": 1})
    erase(closed, person="AG-014")
    assert due(40) == []
