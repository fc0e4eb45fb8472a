"""The people of a random story: they read what reached them, late or never, and press buttons."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kitart.gateway import acknowledging, called_out, deciding, roll_called
from kitart.gateway.visits import Refused
from kitart.journal import approvals, cover
from kitart.messaging import links
from kitart.messaging.links import Link, Purpose
from tests.stories.installed import GATEWAY, Away, Installed
from tests.stories.outside import Taken

LINK = re.compile(re.escape(GATEWAY) + r"(/[adcr]/)([\w.-]+)")
PURPOSES: Mapping[str, Purpose] = {
    links.PATHS[purpose]: purpose for purpose in ("ack", "decide", "cover", "roll-call")
}
MOODS = {"at hand": (2, 45), "busy": (60, 1200), "away": None}
AS_THE_PLAN_HAS_IT = {
    "uncertain": "again", "level-view": "agree", "relocation": "wait", "place": "accept",
    "data-protection": "no",
}  # fmt: skip
"""What is pressed where the first button is not what brings an incident to its end."""


@dataclass
class Press:
    """A button that somebody pressed; ``taken`` once the gateway said that it has the answer."""

    person: str
    purpose: str
    subject: str
    answer: str
    taken: bool = False
    refused: str = ""


@dataclass
class People:
    """Everybody who can be written to."""

    installed: Installed
    presses: list[Press] = field(default_factory=list)
    willing: bool = False
    """From the last act on: everybody reads at once and answers as the plan would have it."""
    seen: int = 0
    unread: list[tuple[str, Taken]] = field(default_factory=list)

    def __post_init__(self) -> None:
        plan, rng = self.installed.plan, self.installed.turns.rng
        everybody = [*plan.people, *plan.agents]
        self.by_address = {
            channel.address: each.id
            for each in everybody for channel in each.channels if channel.kind in ("sms", "mail")
        }  # fmt: skip
        weights = (6, 3, 2)
        self.mood = {each.id: rng.choices(list(MOODS), weights)[0] for each in everybody}
        self.contrary = rng.choice((0.0, 0.1, 0.3))
        """How often somebody presses another button than the expected one."""

    async def watch(self) -> None:
        """See what arrives, and let everybody act in their time."""
        while True:
            await asyncio.sleep(1.0)
            taken = self.installed.outside.taken
            for letter in taken[self.seen :]:
                person = self.by_address.get(letter.to)
                if person is not None and LINK.search(letter.text):
                    self._arrived(person, letter)
            self.seen = len(taken)

    def all_are_willing(self) -> None:
        """The last act: what lies unread is read too."""
        self.willing = True
        for person, letter in self.unread:
            self._arrived(person, letter)
        self.unread.clear()

    def _arrived(self, person: str, letter: Taken) -> None:
        rng = self.installed.turns.rng
        within = (2, 45) if self.willing else MOODS[self.mood[person]]
        if within is None or (not self.willing and rng.random() < 0.1):
            self.unread.append((person, letter))
            return
        self._soon(self._open(letter, rng.uniform(*within)))

    def _soon(self, work: Any) -> None:
        self.installed.turns.in_world(work)

    async def _open(self, letter: Taken, after_s: float) -> None:
        await asyncio.sleep(after_s)
        for path, token in LINK.findall(letter.text):
            purpose = PURPOSES[path]
            inst = self.installed.inst
            try:
                link = links.read(inst.settings, purpose, token, now=inst.clock.now())
            except links.LinkError:
                continue
            await self._answer(link)

    async def _answer(self, link: Link) -> None:
        rng = self.installed.turns.rng
        answer = self._wish(link)
        if answer is None:
            return
        others = self._others_asked(link)
        if others and rng.random() < 0.3:
            # Somebody else who was asked presses in the same instant, perhaps another button.
            twin = Link(
                link.purpose, link.subject, rng.choice(others), link.version, link.expires_at
            )
            self._soon(self.press(twin, self._wish(twin, contrary=0.5) or answer))
        if rng.random() < 0.15:
            self._soon(self.press(link, answer))  # a double click
        await self.press(link, answer)

    async def press(self, link: Link, answer: str) -> None:
        """Press a button; while the gateway is away it is tried again a minute later."""
        press = Press(link.person, link.purpose, link.subject, answer)
        self.presses.append(press)
        for _ in range(10):
            try:
                await self.installed.gateway.asked(lambda: self._take(link, press))
            except Away:
                await asyncio.sleep(60)
            else:
                return

    def _take(self, link: Link, press: Press) -> None:
        place = self.installed.gateway.place
        try:
            if link.purpose == "ack":
                refused = acknowledging.answer(place, link, press.answer)
            elif link.purpose == "decide":
                refused = deciding.take(place, link, press.answer, "As it looks", via="link")
            elif link.purpose == "cover":
                called_out.answer(place, int(link.subject), link.person, press.answer)
                refused = None
            else:
                roll_called.answer(place, link.subject, link.person, press.answer)
                refused = None
        except Refused as error:
            press.refused = str(error)
            return
        press.taken, press.refused = refused is None, "" if refused is None else "not complete"

    def _wish(self, link: Link, contrary: float | None = None) -> str | None:
        rng = self.installed.turns.rng
        share = 0.0 if self.willing else self.contrary if contrary is None else contrary
        wayward = rng.random() < share
        if link.purpose == "ack":
            return "cannot" if wayward and "/ert" in link.subject else "take"
        if link.purpose == "cover":
            return cover.NO if wayward else cover.YES
        if link.purpose == "roll-call":
            return "works"
        with self.installed.inst.journal.read() as session:
            row = approvals.get(session, int(link.subject))
        if row is None or row.state != "open":
            return None if row is None or rng.random() < 0.5 else str(row.options[0]["value"])
        values = [str(option["value"]) for option in row.options]
        if wayward:
            return rng.choice(values)
        wanted = AS_THE_PLAN_HAS_IT.get(row.kind, values[0])
        if row.kind == "uncertain":
            return self._what_the_client_says(row)
        return wanted if wanted in values else values[0]

    def _what_the_client_says(self, row: Any) -> str:
        """Whoever is asked whether a mail arrived rings the client up, who looks for it."""
        marks = {each.key for each in self.installed.outside.taken}
        arrived = any(f":report:{row.document_id}:" in key for key in marks)
        return "arrived" if arrived else "again"

    def _others_asked(self, link: Link) -> list[str]:
        if link.purpose != "decide":
            return []
        with self.installed.inst.journal.read() as session:
            row = approvals.get(session, int(link.subject))
        asked = [] if row is None else [str(person) for person in row.asked_of]
        return [person for person in asked if person != link.person]
