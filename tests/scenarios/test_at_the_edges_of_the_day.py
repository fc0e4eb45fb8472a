"""Two minutes before closing, and in the night of the clock change (E37, E38)."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.timeout(240)
SILENT = {"reads": False}


@pytest.mark.covers("E37", "A13", "R9")
@pytest.mark.begins(
    at="2026-11-24T18:58:00+00:00",
    touching=("ALPHA",),
    people={f"ERT-{n}": SILENT for n in range(1, 6)},
)
def test_two_minutes_before_closing_the_short_limit_stays(story) -> None:
    story.phone_system("down")
    story.alert()
    story.begun()
    assert "19:03:00" in story.entries("ack requested")[0].text
    story.at("19:03")
    breach = story.eventually(lambda: story.entries("ack timed out"), "the breach")[0]
    assert breach.occurred_at == story.start.replace(hour=19, minute=3)
    first = story.eventually(lambda: story.documents("CL-1", "first-notification"), "a draft")[-1]
    effects = [e for e in first.facts["effects"] if e["client_id"] == "CL-1"]
    assert [e["effect_start"] for e in effects] == ["2026-11-24T18:58:00Z"]


@pytest.mark.covers("E38", "R9", "D2")
@pytest.mark.begins(at="2026-10-25T00:50:00+00:00", touching=("BRAVO",))
def test_in_the_night_of_the_clock_change_minutes_are_minutes(story) -> None:
    """02:50 in Budapest; ten minutes later it is 02:00 there, and it will be 02:20 again."""
    story.phone_system("down")
    story.alert()
    story.begun()
    assert "00:55:00" in story.entries("ack requested")[0].text
    assert [a.person for a in story.acks("ert")] == ["ERT-3"]
    assert "01:55 WEST" in story.texts_to("ERT-3")[0]  # in Lisbon
    story.at("01:05", by_minutes=14)
    story.at("01:20", by_minutes=14)
    half, whole = (
        story.eventually(lambda s=share: story.entries(f"recovery time {s}"), share)[0].recorded_at
        for share in ("50%", "100%")
    )
    assert [round((at - story.start).total_seconds() / 60) for at in (half, whole)] == [15, 30]
    manager = story.eventually(
        lambda: [t for t in story.texts_to("AM-2") if "02:20 CET" in t], "the time in their zone"
    )
    assert manager, "02:20 for the second time, said with its zone"
