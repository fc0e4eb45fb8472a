"""What a monitor or a person of a demo does is done again beside the rest, until it is taken."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from sandbox.demo import play
from sandbox.demo.play import Play, PlayFailed


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


def test_after_a_minute_of_refusals_the_story_fails_and_says_which(story: Play) -> None:
    story._until_taken(lambda: "(503): busy", "the gateway refused the post")
    clock[0] = play.REPEATED_FOR_S
    story._ask()
    clock[0] += 1
    with pytest.raises(PlayFailed, match=r"the gateway refused the post \(503\): busy"):
        story._ask()
