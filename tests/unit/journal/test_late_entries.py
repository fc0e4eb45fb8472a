"""Late entries and corrections: the old entry stays, a new one says what is right (E39, D1)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from kitart.journal import incidents, late_entries, timeline
from kitart.journal.database import Journal
from kitart.journal.incidents import Opened
from kitart.journal.late_entries import NotTaken, Writer

pytestmark = pytest.mark.covers("E39", "D1")
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
NUMBER = "INC-0001"
LEAD, SUPERVISOR = Writer("ERT-1", "ert"), Writer("SUP-1", "supervisor")
MINUTE = timedelta(minutes=1)


def enter(journal: Journal, kind: str, at: datetime, text: str = "It broke off", **more) -> bool:
    with journal.write() as session:
        return late_entries.record(
            session, NUMBER, kind, text, at, SUPERVISOR, now=NOW + 53 * MINUTE, **more
        )


def correct(journal: Journal, seq: int, why: str = "A wrong clock", **more) -> bool:
    with journal.write() as session:
        return late_entries.correct(session, NUMBER, seq, why, LEAD, now=NOW + 60 * MINUTE, **more)


def standing(journal: Journal):
    with journal.read() as session:
        return late_entries.standing(timeline.entries(session, NUMBER))


def said(journal: Journal, kind: str, project: str | None = None) -> datetime | None:
    with journal.read() as session:
        found = late_entries.in_force(timeline.entries(session, NUMBER))
    return late_entries.said(found, kind, project)


@pytest.fixture
def opened(journal: Journal, open_one: Callable[..., Opened]) -> Journal:
    open_one()
    return journal


def test_both_times_are_kept(opened) -> None:
    assert enter(opened, "effect-start", NOW + 7 * MINUTE)
    last = standing(opened)[-1]
    assert (last.occurred_at, last.recorded_at) == (NOW + 7 * MINUTE, NOW + 53 * MINUTE)
    assert (last.author, last.data["person"]) == ("supervisor", "SUP-1")


def test_a_form_that_is_sent_twice_is_one_entry(opened) -> None:
    assert enter(opened, "other", NOW)
    assert not enter(opened, "other", NOW)
    assert len(standing(opened)) == 2


def test_a_correction_leaves_the_old_entry_and_the_chain_whole(opened) -> None:
    enter(opened, "effect-start", NOW + 7 * MINUTE)
    assert correct(opened, 2, occurred_at=NOW + 5 * MINUTE)
    assert correct(opened, 2, "Wrong words too", text="It broke off at two desks")
    entry = standing(opened)[-1]
    assert (entry.seq, entry.occurred_at) == (2, NOW + 5 * MINUTE)
    assert entry.text == "It broke off at two desks"
    assert entry.corrected_by.text == "Wrong words too"
    with opened.read() as session:
        kept = timeline.entries(session, NUMBER)
        assert timeline.first_broken(session, incidents.get(session, NUMBER)) is None
    assert (kept[1].occurred_at, kept[1].text) == (NOW + 7 * MINUTE, "It broke off")


def test_later_words_keep_an_earlier_correction_of_the_words(opened) -> None:
    correct(opened, 1, text="The phone system is silent")
    correct(opened, 1, "And the time", occurred_at=NOW - MINUTE)
    assert standing(opened)[0].text == "The phone system is silent"


def test_what_did_not_happen_does_not_count(opened) -> None:
    enter(opened, "effect-start", NOW + 7 * MINUTE)
    correct(opened, 2, withdrawn=True)
    assert standing(opened)[-1].withdrawn
    assert said(opened, "effect-start") is None


def test_the_last_entry_counts_and_a_projects_own_before_one_about_all(opened) -> None:
    enter(opened, "effect-start", NOW + 1 * MINUTE)
    enter(opened, "effect-start", NOW + 2 * MINUTE, project="BRAVO")
    enter(opened, "effect-start", NOW + 3 * MINUTE)
    assert said(opened, "effect-start", "BRAVO") == NOW + 2 * MINUTE
    assert said(opened, "effect-start", "ALPHA") == NOW + 3 * MINUTE
    assert said(opened, "effect-end", "ALPHA") is None


def test_after_the_close_only_corrections_are_taken(opened) -> None:
    with opened.write() as session:
        incidents.close(session, NUMBER, "closed", now=NOW + 50 * MINUTE)
    with pytest.raises(NotTaken):
        enter(opened, "other", NOW)
    assert correct(opened, 1, occurred_at=NOW - MINUTE)


@pytest.mark.parametrize("seq", [9, 2])
def test_neither_a_missing_entry_nor_a_correction_can_be_corrected(opened, seq) -> None:
    correct(opened, 1, occurred_at=NOW - MINUTE)
    with pytest.raises(NotTaken):
        correct(opened, seq, occurred_at=NOW)
