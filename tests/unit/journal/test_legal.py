"""What people record for legal clocks: the last word counts, all stay (reports §5)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from kitart.journal import erasing, incidents, late_entries, legal, timeline
from kitart.journal.database import Journal
from kitart.journal.incidents import Opened
from kitart.journal.late_entries import Writer
from kitart.journal.legal import Word
from kitart.rules.legal.matter import ALL, COMPANY
from tests.unit.journal.conftest import NOW

NUMBER = "INC-0001"
DPO = Writer("DPO", "data_protection")
HOUR = timedelta(hours=1)


@pytest.fixture
def opened(journal: Journal, open_one: Callable[..., Opened]) -> Journal:
    open_one("VCC")
    return journal


def say(journal: Journal, kind: str, scope: str, reason: str, now: Any = NOW, **data: Any) -> bool:
    at = data.pop("at", None)
    with journal.write() as session:
        return legal.record(session, NUMBER, Word(kind, scope, at, reason, data), DPO, now=now)


def known(journal: Journal) -> legal.Recorded:
    with journal.read() as session:
        return legal.of_incident(session, NUMBER)


def test_nothing_is_known_of_an_incident_before_somebody_says_it(opened: Journal) -> None:
    found = known(opened)
    assert (found.last, found.changed_at, dict(found.matter.affected)) == ("", None, {})
    with opened.read() as session:
        assert legal.all_of_them(session, NOW - HOUR) == []


def test_the_last_word_counts_and_every_word_stays(opened: Journal) -> None:
    say(opened, legal.AFFECTED, ALL, "records are gone", answer="yes", loss="availability")
    say(opened, legal.AFFECTED, ALL, "they are whole", NOW + HOUR, answer="no", loss="")
    found = known(opened)
    assert (found.matter.affected[ALL].answer, found.changed_at) == ("no", NOW + HOUR)
    assert [w.data["answer"] for w in found.words] == ["yes", "no"]


def test_what_is_said_twice_without_a_moment_is_one_entry_until_another_word_came(
    opened: Journal,
) -> None:
    yes, no = {"answer": "yes", "loss": "availability"}, {"answer": "no", "loss": ""}
    assert say(opened, legal.AFFECTED, ALL, "gone", **yes)
    assert not say(opened, legal.AFFECTED, ALL, "gone", NOW + HOUR, **yes)
    assert say(opened, legal.AFFECTED, ALL, "whole", NOW + HOUR, **no)
    assert say(opened, legal.AFFECTED, ALL, "gone", NOW + 2 * HOUR, **yes)


def test_the_same_said_twice_at_once_is_one_entry_and_said_again_later_another(
    opened: Journal,
) -> None:
    aware = {"regime": "all", "at": NOW - HOUR}
    assert say(opened, legal.AWARE, COMPANY, "told", **aware)
    assert not say(opened, legal.AWARE, COMPANY, "told", NOW + HOUR, **aware)
    assert say(opened, legal.AWARE, COMPANY, "told", **aware | {"at": NOW})
    assert say(opened, legal.AWARE, COMPANY, "told", **aware)


def test_a_correction_changes_the_moment_or_the_reason_and_withdraws(opened: Journal) -> None:
    say(opened, legal.AWARE, COMPANY, "told by phone", regime="gdpr")
    before = known(opened).last
    with opened.write() as session:
        entry = timeline.entries(session, NUMBER, legal.AWARE)[0]
        late_entries.correct(
            session, NUMBER, entry.seq, "it was mail", DPO, now=NOW + HOUR,
            occurred_at=NOW + HOUR, text="company: gdpr; told by mail",
        )  # fmt: skip
    said = known(opened).matter.aware[COMPANY, "gdpr"]
    assert (said.at, said.reason) == (NOW + HOUR, "told by mail")
    assert known(opened).last != before
    with opened.write() as session:
        late_entries.correct(session, NUMBER, entry.seq, "another one", DPO, now=NOW + 2 * HOUR,
                             withdrawn=True)  # fmt: skip
    assert dict(known(opened).matter.aware) == {}


def test_notifications_of_one_duty_are_kept_in_their_order(opened: Journal) -> None:
    for hours in (5, 2):
        say(opened, legal.NOTIFIED, COMPANY, "", NOW + 6 * HOUR, at=NOW + hours * HOUR,
            duty="nis2-notification", to="CSIRT", channel="portal")  # fmt: skip
    sent = known(opened).matter.notices[COMPANY, "nis2-notification"]
    assert [each.at for each in sent] == [NOW + 2 * HOUR, NOW + 5 * HOUR]


def test_a_closed_incident_is_found_for_a_while(opened: Journal) -> None:
    say(opened, legal.AWARE, COMPANY, "told", regime="all")
    with opened.write() as session:
        incidents.close(session, NUMBER, "closed", now=NOW)
    with opened.read() as session:
        assert [r.incident.number for r in legal.all_of_them(session, NOW - HOUR)] == [NUMBER]
        assert legal.all_of_them(session, NOW + HOUR) == []


def test_words_that_were_erased_leave_the_clocks_as_they_were(opened: Journal) -> None:
    say(opened, legal.AWARE, COMPANY, "a caller named in the mail", regime="gdpr")
    say(opened, legal.NOTIFIED, COMPANY, "", duty="nis2-early", to="a person", channel="mail")
    with opened.write() as session:
        incidents.close(session, NUMBER, "closed", now=NOW)
        incidents.settle(session, NUMBER, now=NOW)
        every = [e.seq for e in timeline.entries(session, NUMBER)]
        erasing.erase(session, NUMBER, entries=every, reason="asked for", by="operator", now=NOW)
    found = known(opened).matter
    assert found.aware[COMPANY, "gdpr"].at == NOW
    assert "caller" not in found.aware[COMPANY, "gdpr"].reason
    assert found.notices[COMPANY, "nis2-early"][0].to == "erased"
