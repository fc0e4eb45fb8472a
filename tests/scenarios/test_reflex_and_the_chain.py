"""The escalation chain with its times, and a lead who pressed the button by reflex (E25, §9)."""

from __future__ import annotations

import pytest

from tests.scenarios.general import PEOPLE, press

pytestmark = pytest.mark.timeout(240)

ERT = [f"ERT-{n}" for n in range(1, 6)]
SILENT = {"reads": False}
BY_REFLEX = {"answers": {"ack": "take", "priority": "leave"}}


@pytest.mark.covers("E25", "R13", "A14")
@pytest.mark.begins(touching=("BRAVO",), people={"ERT-1": BY_REFLEX})
def test_a_lead_who_does_nothing_is_asked_again_and_then_the_next_member(story) -> None:
    story.phone_system("down")
    story.alert()
    story.begun()
    assert [a.person for a in story.acks("ert")] == ["ERT-1"]
    story.at("09:09")
    assert story.question("priority").asked_of == ["ERT-1"]
    asked = len([t for t in story.texts_to("ERT-1") if "prioritás" in t.lower()])
    story.at("09:10")
    (again,) = story.eventually(lambda: story.entries("decision requested again"), "asked again")
    assert again.data["person"] == "ERT-1"
    assert len([t for t in story.texts_to("ERT-1") if "prioritás" in t.lower()]) == asked + 1
    assert story.question("priority").asked_of == ["ERT-1"]
    story.at("09:12")
    decided = story.eventually(lambda: story.entries("priority set"), "the next member's priority")
    assert story.question("priority").asked_of == ["ERT-1", "ERT-2"]
    assert decided[0].data["role"] == "ert"
    # Setting a priority relieves nobody: the one who took it leads until it is handed over (A20).
    assert not story.entries("relieved")


UNSOLVED = {
    "answers": {"ack": "take", "priority": "P1", "nature": "other", "can-solve": "leave",
                "over": "leave", "bring-in": "leave"},
    "fills": {"note": "A flood at the training centre"},
}  # fmt: skip


@pytest.mark.covers("R8", "R9", "R12", "R15", "R50", "A1", "A14", "E28")
@pytest.mark.begins(
    people=PEOPLE | dict.fromkeys(ERT, UNSOLVED)
    | {"ERT-1": SILENT, "CMT-LEAD": SILENT, "IT-MGR": SILENT}
)  # fmt: skip
def test_each_step_of_the_default_chain_comes_at_its_time(story) -> None:
    from tests.scenarios.general import reported

    reported(story)
    story.eventually(lambda: story.entries("run began"), "the run")
    story.settle(quiet_s=0.8)
    chain = {"1 detector to ERT on duty": first(story, "ack requested", "ERT-1")}
    story.at("09:02")
    story.eventually(lambda: story.acks("ert"), "the next member")
    chain["2 no answer: the next member"] = first(story, "ack requested", "ERT-2")
    chain["3 every affected account manager"] = first(story, "account manager told", "AM-1")
    story.at("09:04")
    press(story, "ERT-2", "can-solve", "cannot", "The building is closed")
    chain["4 unsolved: IT manager"] = first(story, "escalated", "IT-MGR")
    chain["4 unsolved: crisis team's lead"] = first(story, "escalated", "CMT-LEAD")
    story.at("09:09", by_minutes=1)
    story.eventually(lambda: story.acks("cmt"), "the deputy")
    chain["8 not reachable: IT deputy"] = first(story, "escalated", "IT-DEP")
    chain["8 not reachable: CMT deputy"] = first(story, "escalated", "CMT-DEP")
    assert {step: (at - story.start).total_seconds() / 60 for step, at in chain.items()} == {
        "1 detector to ERT on duty": 0,
        "2 no answer: the next member": 2,
        "3 every affected account manager": 0,
        "4 unsolved: IT manager": 4,
        "4 unsolved: crisis team's lead": 4,
        "8 not reachable: IT deputy": 9,
        "8 not reachable: CMT deputy": 9,
    }
    assert {a.person for a in story.acks("cmt")} == {"CMT-DEP"}
    assert {a.person for a in story.acks("it")} == {"IT-DEP"}


def first(story, type: str, person: str):
    found = [e.occurred_at for e in story.entries(type) if e.data.get("person") == person]
    assert found, f"{type}: {person} was never asked"
    return min(found)
