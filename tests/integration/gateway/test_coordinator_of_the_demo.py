"""The coordinator in the demo of an exercise writes it up on the real pages, in a browser's way."""

from __future__ import annotations

from typing import Any

import pytest

from kitart.journal import findings, timeline, write_up
from kitart.messaging.sign_in_links import new_link
from sandbox.demo import scenario
from sandbox.demo.coordinator import Coordinator
from sandbox.demo.outside import Deed, Mail, Sms
from tests.integration.gateway.test_exercise_record import NUMBER, over

__all__ = ["over"]
pytestmark = pytest.mark.covers("R53", "D29")
STORY = scenario.load("exercise")


class Stack:
    """What the coordinator needs of a running stack."""

    def __init__(self, place: Any) -> None:
        self.place, self.gateway_url, self.clock = place, place.server.url, place.clock

    def command(self, *words: str) -> str:
        assert words == ("link", "AM-2")
        return new_link(self.place.inst, "AM-2", by="operator")


class Window:
    """What is seen: two were asked for a word, so many have said it."""

    def __init__(self, place: Any) -> None:
        self.place, self.said = place, 1

    def sms(self) -> list[Sms]:
        now = self.place.clock.now()
        return [Sms(to, "A word? http://x/h/abc", now, now) for to in ("+1", "+2")]

    def deeds(self) -> list[Deed]:
        now = self.place.clock.now()
        return [Deed(f"P-{n}", "hot-wash", "send", "answered", now) for n in range(self.said)]

    def mails(self) -> list[Mail]:
        manager = self.place.plan.person("AM-2")
        address = next(c.address for c in manager.channels if c.kind == "mail")
        page = f"{self.place.server.url}/exercise/{NUMBER}"
        return [Mail((address,), "EXERCISE", f"Write here: {page}", self.place.clock.now())]


def test_it_is_written_once_all_have_said_their_word(over) -> None:
    assert STORY.write_up is not None
    coordinator = Coordinator(Stack(over), over.plan, STORY.write_up)  # type: ignore[arg-type]
    window = Window(over)
    coordinator.look(window)  # type: ignore[arg-type]
    assert not coordinator.done, "one word is still to come"
    window.said = 2
    for _ in range(2):
        coordinator.look(window)  # type: ignore[arg-type]
    assert coordinator.done
    with over.inst.journal.read() as session:
        entries = timeline.entries(session, NUMBER)
        assert STORY.write_up.finding["text"] in [
            found.form.text for found in findings.of_exercise(session, NUMBER)
        ]
        (action,) = write_up.actions(entries)
        assert write_up.is_complete(entries)
        assert {text.part for text in write_up.texts(entries)} == set(
            part for words in STORY.write_up.parts.values() for part in words
        )
    assert action.form.action == STORY.write_up.action["action"]
    assert action.form.finding == STORY.write_up.finding["text"]
