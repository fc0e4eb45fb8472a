"""The scenarios that Kitart ships can be played as they stand, and show what they are for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.scenarios.test_exercise import BACKUP, PLAYERS, began, planned, played, record

pytestmark = pytest.mark.timeout(400)

TUESDAY, THURSDAY = "2026-11-24T09:12:00+00:00", "2026-11-26T16:05:00+00:00"
SUNDAY = "2026-11-29T02:40:00+00:00"
PEOPLE = {"default": PLAYERS, "AG-016": BACKUP}


def case(entry: str, at: str, minutes: int, *steps: str, long: bool = False):  # type: ignore[no-untyped-def]
    marks = [pytest.mark.begins(at=at, people=PEOPLE), *([pytest.mark.long] if long else [])]
    return pytest.param(entry, minutes, steps, marks=marks, id=entry)


@pytest.mark.covers("R52", "D4")
@pytest.mark.parametrize(
    ("entry", "minutes", "steps"),
    [
        case("ABSENT-MEMBER", TUESDAY, 4, "ert-has-it"),
        case("DEAD-CHANNEL", TUESDAY, 6, "refused-sms", "ert-has-it"),
        case("REFUSED-APPROVAL", TUESDAY, 8, "ert-has-it", "proposed", "decided"),
        case("MAIL-DOWN", THURSDAY, 4, "ert-has-it", "priority", "refused-mail"),
        case("NON-NATIVE-CALLOUT", SUNDAY, 12, "ert-has-it", "level-2", long=True),
    ],
)
def test_a_shipped_scenario_shows_what_it_is_for(
    story, entry: str, minutes: int, steps: tuple[str, ...]
) -> None:
    planned(story, entry)
    began(story)
    story.until(story.start + timedelta(minutes=minutes), by_minutes=1)
    found = {step.expect: step.verdict for step in record(story).steps}
    assert {step: found[step] for step in steps} == dict.fromkeys(steps, "pass")
    assert [row.exercise for row in played(story)] == [True]
    if entry == "ABSENT-MEMBER":
        away, *more = [t for t in story.texts_to("ERT-1") if "/a/" not in t and "/h/" not in t]
        assert "nem elérhető" in away
        assert not [t for t in story.texts_to("ERT-1") if "/a/" in t], "nothing to answer"
        assert all("a gyakorlat véget ért" in text for text in more), "nothing before it is over"
