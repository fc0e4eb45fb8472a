"""The crisis team from cover level 3 on: called until somebody answers, deciding at level 4."""

from __future__ import annotations

import pytest

from tests.scenarios.level_four import PEOPLE, ROMANIAN, begun, level, press, question

pytestmark = pytest.mark.timeout(240)

SILENT = dict.fromkeys(("CMT-LEAD", "CMT-DEP", "CMT-2", "CMT-3", "CMT-4"), "never")


@pytest.mark.covers("R31", "R37", "A15", "E28")
@pytest.mark.begins(people=PEOPLE | SILENT)
def test_the_crisis_team_is_called_until_a_member_has_answered(story) -> None:
    begun(story, *ROMANIAN)
    level(story, "CHARLIE", 2)
    assert not story.entries("CMT contacted")
    level(story, "CHARLIE", 3)
    asked = story.eventually(lambda: story.entries("CMT contacted"), "the lead asked")
    assert [e.data["person"] for e in asked] == ["CMT-LEAD"]
    story.at("09:05")
    assert {e.data["person"] for e in story.entries("CMT contacted")} == {"CMT-LEAD", "CMT-DEP"}
    story.at("09:10")
    assert {e.data["person"] for e in story.entries("CMT contacted")} == set(SILENT)
    assert not story.entries("CMT reached")
    story.people({"answers": {"ack": "take"}}, "CMT-4")
    story.at("09:16")
    (reached,) = story.eventually(lambda: story.entries("CMT reached"), "a member")
    assert reached.data["person"] == "CMT-4"
    assert reached.data["met"] is False
    assert "after 15:00 min of level 3; suggested 5 min, missed" in reached.text
    asked_so_often = len(story.entries("CMT contacted"))
    story.at("09:30", by_minutes=7)
    assert len(story.entries("CMT contacted")) == asked_so_often
    assert not question(story, "strategy"), "the team meets at level 4"


@pytest.mark.covers("R37", "R39", "R40", "A15")
@pytest.mark.begins(people=PEOPLE | {"CMT-LEAD": "never"})
def test_at_level_four_the_member_who_answered_is_asked_for_the_strategy(story) -> None:
    begun(story, *ROMANIAN)
    level(story, "CHARLIE", 4)
    assert not question(story, "strategy")
    story.at("09:05")
    (reached,) = story.eventually(lambda: story.entries("CMT reached"), "the deputy")
    assert reached.data["person"] == "CMT-DEP"
    assert reached.data["met"] is True
    asked = story.eventually(lambda: question(story, "strategy"), "the strategy asked for")
    assert asked.asked_of == ["CMT-DEP"]
    story.at("09:41", by_minutes=5)
    assert question(story, "strategy").asked_of == ["CMT-DEP", "CMT-LEAD"], "the others in turn"
    press(story, "CMT-DEP", "strategy", "decided", "Two agents travel to the training centre")
    (decided,) = story.eventually(lambda: story.entries("CMT decided"), "the decision")
    assert decided.data["role"] == "cmt_lead"
    assert decided.data["approval"] == asked.id
    story.at("09:45", by_minutes=5)
    for person in ("AM-2", "ERT-1"):
        assert any("Two agents travel" in text for text in story.texts_to(person)), person


@pytest.mark.covers("R37", "A15")
@pytest.mark.begins(
    people=PEOPLE | {f"ERT-{n}": {"answers": {"priority": "P1"}} for n in range(1, 6)}
)
def test_who_knew_before_the_level_is_told_of_it(story) -> None:
    begun(story, *ROMANIAN)
    story.eventually(lambda: story.acks("cmt"), "told on P1")
    story.at("09:04")
    level(story, "CHARLIE", 4)
    (reached,) = story.eventually(lambda: story.entries("CMT reached"), "reached already")
    assert reached.data["minutes"] == 0
    assert not story.entries("CMT contacted")
    story.at("09:12")
    assert any("4. helyettesítési szint" in text for text in story.texts_to("CMT-LEAD"))
