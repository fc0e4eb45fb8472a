"""The calendar entry that goes with the question of a date (R53, D4), read as a calendar does."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitart.messaging.invitation import invitation

STARTS = datetime(2026, 12, 8, 9, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def entry(content: bytes) -> dict[str, str]:
    """An event's values as RFC 5545 says to read them: lines unfolded, texts unescaped."""
    text = content.decode()
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    lines = text.replace("\r\n ", "").split("\r\n")[:-1]
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VEVENT", "END:VCALENDAR"]
    found = {}
    for line in lines:
        name, _, value = line.partition(":")
        found[name] = plain(value)
    return found


def plain(value: str) -> str:
    out, letters = "", iter(value)
    for letter in letters:
        if letter == "\\":
            after = next(letters)
            out += "\n" if after in "nN" else after
        else:
            out += letter
    return out


@pytest.mark.covers("R53", "D4")
def test_a_calendar_reads_the_entry_with_its_time_and_its_mark() -> None:
    made = invitation(
        "INC-0007", "GYAKORLAT - nem valós esemény: Level 3; level 4, and more", "Két sor:\nígy",
        STARTS, 90, sequence=1, now=NOW,
    )  # fmt: skip
    assert (made.name, made.content_type) == ("EXERCISE_INC-0007.ics", "text/calendar")
    read = entry(made.content)
    assert (read["DTSTART"], read["DTEND"]) == ("20261208T090000Z", "20261208T103000Z")
    assert read["SUMMARY"].startswith("GYAKORLAT - nem valós esemény: Level 3; level 4, and more")
    assert read["DESCRIPTION"] == "Két sor:\nígy"
    assert (read["UID"], read["SEQUENCE"]) == ("INC-0007@kitart", "1")


@pytest.mark.covers("R53")
@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=300))
def test_whatever_the_title_it_comes_back_as_it_was(title: str) -> None:
    made = invitation("INC-0007", title, "x", STARTS, 60, sequence=0, now=NOW)
    assert entry(made.content)["SUMMARY"] == f"{title} (INC-0007)"
