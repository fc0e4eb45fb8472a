"""The scenarios that Kitart ships can be played as they stand, and show what they are for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kitart.journal import levels, timeline
from tests.scenarios.test_exercise import (
    AGREES,
    BACKUP,
    PLAYERS,
    began,
    ended,
    planned,
    played,
    record,
)

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


@pytest.mark.covers("R18", "R36", "E15", "R52")
@pytest.mark.begins(at=TUESDAY, people=PEOPLE)
def test_it_gets_worse_while_cover_comes_and_one_incident_climbs_to_the_last_rung(story) -> None:
    """At 10:12 CET one agent is out, at 10:27 all of the queue and the backup are."""
    planned(story, "WORSE-LEVEL")
    began(story)
    story.until(story.start + timedelta(minutes=14), by_minutes=6)
    story.until(story.start + timedelta(minutes=15))
    found = ended(story)
    assert {step.expect: step.verdict for step in found.steps} == {
        "ert-has-it": "pass", "higher-level": "pass",
    }  # fmt: skip
    (row,) = played(story)
    with story.inst.journal.read() as session:
        invoked = [
            entry.data["level"]
            for entry in timeline.entries(session, row.number)
            if entry.type in (levels.SET, levels.CHANGED, levels.SETTLED)
        ]
    assert invoked == [1, 4]
    assert not any(story.client_mails(client.id) for client in story.plan.clients)
    assert all(s.body.startswith(("EXERCISE", "GYAKORLAT")) for s in story.world.sms.sent)


NIGHT_OF_THE_CHANGE = "2026-10-25T00:15:00+00:00"
"""02:15 CEST; at 01:00 UTC it is 02:00 once more, CET."""


@pytest.mark.covers("D2", "R52", "E38")
@pytest.mark.begins(
    at=NIGHT_OF_THE_CHANGE, people={"default": "never", "IT-MGR": AGREES, "AM-2": AGREES}
)
def test_the_night_on_which_the_clocks_go_back_is_measured_in_minutes_that_pass(story) -> None:
    planned(story, "CLOCK-CHANGE")
    began(story)
    # The same moment on five clocks: only some of them change this night.
    for person, due in (
        ("ERT-1", "02:30 CEST"), ("ERT-3", "01:30 WEST"), ("ERT-4", "03:30 EEST"),
        ("ERT-5", "02:30 CEST"), ("SV-5", "08:30 UTC+08"),
    ):  # fmt: skip
        assert due in story.texts_to(person)[-1], person
    story.until(story.start + timedelta(minutes=40), by_minutes=39)
    # Asked at 02:55 CEST, due twenty minutes later: at 02:15 CET.
    assert "02:15 CET." in story.texts_to("AM-2")[-1]
    assert "09:15 UTC+08" in story.texts_to("SV-5")[-1]
    story.until(story.start + timedelta(minutes=47), by_minutes=6)
    # 02:02 CET. By the wall clock it would be 13 minutes before it was asked.
    story.press("ERT-1", "/d/", "done", "I ask which offset is meant")
    story.settle()
    (late,) = [step for step in record(story).steps if step.expect == "answered-hour"]
    assert (late.actual_minutes, late.verdict) == (47, "part")
    story.until(story.start + timedelta(minutes=50))
    story.press("AM-2", "/d/", "done", "Nine hours; the rest counts from the end of the shift")
    found = ended(story)
    steps = {step.expect: (step.actual_minutes, step.verdict) for step in found.steps}
    assert steps == {"answered-hour": (47, "part"), "answered-shift": (10, "pass")}
    assert found.state == "ended"
    assert played(story) == [], "a tabletop sets nothing off"
    assert all(t.startswith("GYAKORLAT") for t in story.texts_to("AM-2"))
