"""A line in scope of an exercise, switched by it, is switched back when the exercise ends (D4)."""

from __future__ import annotations

import pytest

from kitart.alerts.exercise import open_exercise
from kitart.journal import exercises, incidents, levels, routing_state, timeline
from kitart.plan.schema import Plan
from tests.scenarios.level_four import ROMANIAN
from tests.scenarios.test_exercise import PLAYERS, began, ended, record

pytestmark = [pytest.mark.timeout(300), pytest.mark.covers("D4", "R38", "R42")]
RO, PLAYED, STAYS = "line-33", "INC-0002", "leave"
SWITCHES = {
    **PLAYERS,
    "answers": PLAYERS["answers"] | {
        "voicemail": "switch-all", "voicemail-on": "switch", "announcement": STAYS,
        "voicemail-test": STAYS, "line-test": STAYS, "voicemail-box": STAYS, "strategy": STAYS,
        "voicemail-off": STAYS, "voicemail-end": STAYS, "cover": STAYS, "cover-level": STAYS,
        "lower-level": STAYS, "voicemail-divert": STAYS, "approve": STAYS, "level-view": STAYS,
    },
}  # fmt: skip


def with_lines(plan: Plan, *lines: str) -> Plan:
    """The sample company with lines in scope of its call-out, which takes away all who speak
    Romanian."""
    raw = plan.snapshot()
    entry = next(e for e in raw["exercises"] if e["id"] == "BACKUP-CALLOUT")
    story = next(s for s in raw["scenarios"] if s["id"] == entry["scenario"])
    entry["lines"] = list(lines)
    entry["players"] = ["ert", "AM-2", "IT-MGR", "vcc_admin", "SV-3", "cmt_lead", "cmt"]
    (inject,) = story["injects"]
    inject["agents"] = list(ROMANIAN)
    inject["expect"] = inject["expect"][-1:]
    entry["objectives"] = [{**entry["objectives"][0], "measure": "all"}]
    return Plan.from_snapshot(raw)


def level_four(story, *lines: str) -> None:
    """The exercise runs, and its incident stands at level 4."""
    with story.inst.journal.write() as session:
        open_exercise(session, with_lines(story.plan, *lines), story.clock, "BACKUP-CALLOUT",
                      starts_at=story.clock.now())  # fmt: skip
    began(story)
    story.eventually(lambda: played(story, "run began"), "the run of what is played")
    with story.inst.journal.write() as session:
        timeline.append(
            session, PLAYED, levels.SET, "CHARLIE: cover level 4",
            now=story.clock.now(), author="account manager", source="person",
            data={"project": "CHARLIE", "level": 4, "view": levels.MANAGER,
                  "role": "account_manager", "person": "AM-2"},
        )  # fmt: skip


def played(story, *types: str) -> list:
    with story.inst.journal.read() as session:
        return timeline.entries(session, PLAYED, *types)


def mode(story) -> str:
    return story.inst.voice.routing(RO).mode


def stop(story) -> None:
    with story.inst.journal.write() as session:
        exercises.stop(session, "INC-0001", by="IT-MGR", why="enough", now=story.clock.now())
    ended(story)


@pytest.mark.begins(at="2026-11-24T09:12:00+00:00", people={"default": SWITCHES})
def test_a_line_in_scope_is_normal_again_when_the_exercise_ends(story) -> None:
    level_four(story, RO)
    story.eventually(lambda: played(story, routing_state.EXECUTED), "the switch")
    assert mode(story) == "voicemail"
    stop(story)
    assert mode(story) == "normal"
    (given,) = played(story, routing_state.ENDED)
    assert given.text == f"{RO}: back to normal, the exercise is over"
    with story.inst.journal.read() as session:
        assert routing_state.on_emergency(session, PLAYED) == ()
        assert incidents.get(session, PLAYED).settled_at is not None


@pytest.mark.begins(at="2026-11-24T09:12:00+00:00", people={"default": SWITCHES})
def test_a_line_in_scope_that_another_has_switched_meanwhile_is_left_to_them(story) -> None:
    """Somebody works on the line in the phone system itself, for something real."""
    level_four(story, RO)
    story.eventually(lambda: played(story, routing_state.EXECUTED), "the switch")
    seen = story.inst.voice.routing(RO)
    story.inst.voice.set_emergency(RO, False, seen.version, set_by="by hand", mode="voicemail")
    seen = story.inst.voice.routing(RO)
    story.inst.voice.set_emergency(RO, True, seen.version, set_by="by hand", mode="notice")
    stop(story)
    assert mode(story) == "notice"
    (left,) = played(story, routing_state.ENDED)
    assert "left as somebody else has switched it" in left.text
    assert record(story).state == "stopped"
