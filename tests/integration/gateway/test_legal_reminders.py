"""Who is asked and reminded of legal clocks, when, and that nothing goes outside (reports §5)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from kitart.installation import use_installation
from kitart.journal import incidents, legal, messages, timeline
from kitart.journal.late_entries import Writer
from kitart.journal.legal import Word
from kitart.rules.legal.matter import ALL, COMPANY
from tasks import legal_watch
from tests.integration.gateway.test_board import open_vcc

pytestmark = pytest.mark.covers("D5")
DPO = Writer("DPO", "data_protection")
HOUR = timedelta(hours=1)


@pytest.fixture
def opened(place) -> Iterator[Any]:
    open_vcc(place)
    with place.inst.journal.write() as session:  # nobody drives it: the watchman stays out too
        incidents.close(session, "INC-0001", "closed", now=place.clock.now())
        incidents.settle(session, "INC-0001", now=place.clock.now())
    use_installation(place.inst)
    yield place
    use_installation(None)


def say(place: Any, kind: str, scope: str, at: datetime | None = None, **data: str) -> None:
    word = Word(kind, scope, at, "as it was told", data)
    with place.inst.journal.write() as session:
        legal.record(session, "INC-0001", word, DPO, now=place.clock.now())


def look(place: Any) -> None:
    legal_watch.look_at_legal_clocks.fn()


def told(place: Any, purpose: str) -> list[str]:
    with place.inst.journal.read() as session:
        found = messages.of_purpose(session, "INC-0001", purpose)
    return sorted(m.recipient for m in found if m.channel == "sms")


def noted(place: Any, type: str) -> list[Any]:
    with place.inst.journal.read() as session:
        return timeline.entries(session, "INC-0001", type)


def test_the_moment_of_awareness_is_asked_for_twice_and_not_once_it_is_known(opened) -> None:
    look(opened)
    assert told(opened, "legal-awareness") == []
    say(opened, legal.AFFECTED, ALL, answer="being checked", loss="")
    for _ in range(3):
        look(opened)
        opened.clock.advance(minutes=50)
    assert told(opened, "legal-awareness") == ["DPO", "DPO"]
    say(opened, legal.AWARE, COMPANY, opened.clock.now(), regime="all")
    opened.clock.advance(minutes=60)
    look(opened)
    assert told(opened, "legal-awareness") == ["DPO", "DPO"]


def test_nobody_is_asked_after_a_no(opened) -> None:
    say(opened, legal.AFFECTED, ALL, answer="no", loss="")
    opened.clock.advance(hours=9)
    look(opened)
    assert told(opened, "legal-awareness") == []


def test_a_miss_is_said_at_its_true_time_however_late_the_look(opened) -> None:
    start = opened.clock.now()
    say(opened, legal.AWARE, COMPANY, start, regime="nis2")
    opened.clock.advance(hours=50)
    look(opened)
    look(opened)
    (missed,) = noted(opened, "legal clock missed")
    assert (missed.occurred_at, missed.recorded_at) == (start + 24 * HOUR, start + 50 * HOUR)
    assert missed.data["duty"] == "nis2-early"
    # The IT manager too, in what concerns cybersecurity; once for each of the two clocks.
    assert told(opened, "legal-clock") == ["DPO", "DPO", "IT-MGR", "IT-MGR"]


def test_a_corrected_moment_counts_anew_and_is_reminded_of_anew(opened) -> None:
    start = opened.clock.now()
    say(opened, legal.AWARE, COMPANY, start, regime="nis2")
    opened.clock.advance(hours=13)
    look(opened)
    first = len(noted(opened, "legal clock reminded"))
    say(opened, legal.AWARE, COMPANY, start + HOUR, regime="nis2")
    opened.clock.advance(hours=1)
    look(opened)
    assert len(noted(opened, "legal clock reminded")) == first + 1


def test_only_those_who_answer_for_it_hear_of_it_and_no_client_or_authority(opened) -> None:
    say(opened, legal.AFFECTED, ALL, answer="yes", loss="availability")
    say(opened, legal.AWARE, COMPANY, opened.clock.now(), regime="all")
    opened.clock.advance(hours=80)
    look(opened)
    with opened.inst.journal.read() as session:
        rows = messages.of_incident(session, "INC-0001")
    inside = {person.id for person in opened.plan.people}
    assert rows
    assert {row.recipient for row in rows} <= inside


def test_one_incident_that_fails_holds_up_no_other_and_fails_the_look(
    opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(opened, legal.AWARE, COMPANY, opened.clock.now(), regime="nis2")
    opened.clock.advance(hours=13)
    good = legal_watch.remind
    with opened.inst.journal.read() as session:
        (known,) = legal.all_of_them(session, opened.clock.now() - 100 * HOUR)
    broken = legal.Recorded(known.incident, known.matter, "x", known.changed_at, known.words)

    def remind(inst: Any, plan: Any, recorded: Any) -> int:
        if recorded.last == "x":
            raise RuntimeError("this one can't be looked at")
        return good(inst, plan, recorded)

    monkeypatch.setattr(legal_watch, "remind", remind)
    monkeypatch.setattr(legal_watch.legal, "all_of_them", lambda *_: [broken, known])
    with pytest.raises(ExceptionGroup, match="could not be looked at"):
        look(opened)
    assert told(opened, "legal-clock") == ["DPO", "IT-MGR"]
