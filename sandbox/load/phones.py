"""Everybody's phone: who is written to reads it after a while, and answers as people do."""

from __future__ import annotations

import asyncio
import json
import random
import re
from collections.abc import Callable, Coroutine
from datetime import datetime
from functools import partial
from typing import Any
from uuid import uuid4

from kitart.messaging.callbacks import SMS as SMS_PATH
from kitart.plan.loading import load_plan
from sandbox.characters import Character
from sandbox.letters import Letter
from sandbox.load.company import agents
from sandbox.load.figures import ANSWER, FIRST_SMS, PAGE
from sandbox.load.scene import Answered, Scene
from sandbox.load.web import STAND_IN
from sandbox.pages import Question, chosen, form_data, links_in, page_of
from sandbox.sms_state import SmsState
from sandbox.world import SMS_SENDER

LOOK_EVERY_S = 0.25
READS_AFTER_S = (2.0, 20.0)
"""Real seconds after which somebody looks at the phone."""
NUMBER = re.compile(r"INC-\d+")
HAPPY, BY_SMS = "works", "1"
OVER = "over"
Act = Callable[[], Coroutine[Any, Any, None]]
ROLE_HOLDER = Character(
    answers={
        "ack": "take", "priority": "P3", "nature": "other", "can-solve": "solving",
        "bring-in": "nobody", "client-told": "told", "over": "over", "data-protection": "no",
    },
    fills={"note": "The lift of the building stood still; the service has mended it"},
)  # fmt: skip


class Phones:
    """Reads what the SMS gateway took, and has the people answer it."""

    def __init__(self, scene: Scene, seed: int) -> None:
        self._scene = scene
        self._chance = random.Random(seed)
        self._read = 0
        self._agents = {phone: code for code, phone in agents(scene.size).items()}
        plan = load_plan(scene.stack.folder.parent / "config")
        self._people = {c.address: p.id for p in plan.people for c in p.channels}
        self._answered: set[tuple[str, str]] = set()
        self._busy: dict[str, asyncio.Lock] = {}
        self._first: set[str] = set()
        self._signer = SmsState(token=scene.stack.env["KITART_SMS__TOKEN"])

    async def play(self) -> None:
        """Until the load is over; who is in the middle of an answer finishes it."""
        async with asyncio.TaskGroup() as at_work:
            while not self._scene.over:
                for sms in await self._new():
                    if (act := self._arrived(sms)) is not None:
                        at_work.create_task(self._later(act))
                await asyncio.sleep(LOOK_EVERY_S)

    async def _new(self) -> list[dict[str, Any]]:
        url = f"{self._scene.stack.world['sms']}/sandbox/sms?after={self._read}"
        answer = await self._scene.web.ask(STAND_IN, "GET", url)
        found: list[dict[str, Any]] = json.loads(answer.text) if answer.taken else []
        self._read += len(found)
        return found

    def _arrived(self, sms: dict[str, Any]) -> Act | None:
        """What whoever got it will do about it."""
        self._note_first(sms)
        agent, person = self._agents.get(sms["to"]), self._people.get(sms["to"])
        if agent is not None and agent not in self._scene.asked and "/r/" in sms["body"]:
            self._scene.asked.add(agent)
            return partial(self._say_safe, agent, sms)
        return None if person is None else partial(self._decide, person, sms)

    def _note_first(self, sms: dict[str, Any]) -> None:
        """How long after its alert the first message about an incident was taken."""
        at = datetime.fromisoformat(sms["at"]).timestamp()
        for number in set(NUMBER.findall(sms["body"])) - self._first:
            self._first.add(number)
            if number in self._scene.posted:
                self._scene.figures.add(FIRST_SMS, 1000 * (at - self._scene.posted[number]))

    async def _later(self, act: Act) -> None:
        await asyncio.sleep(self._chance.uniform(*READS_AFTER_S))
        await act()

    async def _say_safe(self, agent: str, sms: dict[str, Any]) -> None:
        """Half answer by SMS, the others open the link and press the button."""
        web, (link,) = self._scene.web, links_in(_letter(sms), self._scene.stack.gateway_url)
        if self._chance.random() < 0.5:
            url = self._scene.at(SMS_PATH)
            form = {"MessageSid": f"SM{uuid4().hex}", "From": sms["to"], "To": SMS_SENDER,
                    "Body": BY_SMS}  # fmt: skip
            headers = {"X-Twilio-Signature": self._signer.signature(url, form)}
            answer = await web.ask(ANSWER, "POST", url, form=form, headers=headers)
        else:
            await web.ask(PAGE, "GET", link)
            answer = await web.ask(ANSWER, "POST", link, form={"answer": HAPPY})
            await web.ask(PAGE, "GET", link)
        if answer.taken:
            self._scene.answered.append(Answered(agent, "roll-call", agent, HAPPY))

    async def _decide(self, person: str, sms: dict[str, Any]) -> None:
        """A role holder opens each link and answers what is asked there."""
        async with self._busy.setdefault(person, asyncio.Lock()):
            for link in links_in(_letter(sms), self._scene.stack.gateway_url):
                shown = await self._scene.web.ask(PAGE, "GET", link)
                if not shown.taken:
                    continue
                page = await asyncio.to_thread(page_of, shown.text, link)
                for question in page.questions:
                    await self._answer(person, question, NUMBER.findall(sms["body"]))

    async def _answer(self, person: str, question: Question, numbers: list[str]) -> None:
        key = (person, question.question_id)
        if question.kind == OVER and self._scene.staying.intersection(numbers):
            return  # nobody ends what is to stay open
        answer = chosen(ROLE_HOLDER.answer_to(question.kind), question.options)
        if answer is None or key in self._answered:
            return
        self._answered.add(key)
        form = form_data(question, answer, {"name": person, **ROLE_HOLDER.fills})
        came = await self._scene.web.ask(ANSWER, "POST", question.action, form=dict(form))
        if came.taken:
            self._scene.answered.append(
                Answered(person, question.kind, question.question_id, answer)
            )


def _letter(sms: dict[str, Any]) -> Letter:
    return Letter(sms["sid"], sms["to"], "", sms["body"], "", datetime.fromisoformat(sms["at"]))
