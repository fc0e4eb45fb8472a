"""What a monitor or a person of a demo does is done again beside the rest, until it is taken."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import requests

from kitart.clock import real_now
from kitart.plan.loading import load_plan
from kitart.settings import HOUSE
from sandbox.demo import play
from sandbox.demo.checks import Posted
from sandbox.demo.floor import Floor
from sandbox.demo.play import Play, PlayFailed
from sandbox.demo.scenario import Event


@pytest.fixture
def story(monkeypatch: pytest.MonkeyPatch) -> Play:
    monkeypatch.setattr(play, "monotonic_s", lambda: clock[0])
    clock[0] = 0.0
    nothing: Any = None
    return Play(nothing, nothing, nothing, nothing, limit_s=1.0)


clock = [0.0]


def test_what_is_refused_holds_up_nothing_and_is_done_again_in_its_order(story: Play) -> None:
    away, done = [True], []

    def first() -> str:
        if away[0]:
            raise requests.ConnectionError("nobody is there")
        done.append("first")
        return ""

    def second() -> str:
        done.append("second")
        return ""

    story._until_taken(first, "the first")
    story._until_taken(second, "the second")
    assert (done, len(story.wanted)) == ([], 2)
    away[0] = False
    story._ask()
    assert (done, story.wanted) == (["first", "second"], [])


def test_after_minutes_of_refusals_the_story_fails_and_says_which(story: Play) -> None:
    story._until_taken(lambda: "(503): busy", "the gateway refused the post")
    clock[0] = play.REPEATED_FOR_S
    story._ask()
    clock[0] += 1
    with pytest.raises(PlayFailed, match=r"the gateway refused the post \(503\): busy"):
        story._ask()


def test_an_agent_whose_text_is_not_taken_holds_up_no_story(story: Play) -> None:
    answers, agent = [503, 503, 200], "AG-037"
    nothing: Any = None
    window: Any = SimpleNamespace(put=lambda *_, **__: {"answered": answers.pop(0)})
    floor = Floor(nothing, load_plan(HOUSE / "config"), window)
    story.posted = Posted(real_now(), real_now())
    story._do(Event(do="sms", at_minutes=0, agents=(agent,), text="No power"), floor)
    assert len(story.wanted) == 1
    story._ask()
    assert len(story.wanted) == 1
    story._ask()
    assert (answers, story.wanted) == ([], [])
