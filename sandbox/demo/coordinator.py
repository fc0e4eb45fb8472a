"""The account manager who coordinates an exercise, writing it up in a browser (R53, D29)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urljoin

import requests

from kitart.plan.schema import Plan
from sandbox.demo.outside import Outside
from sandbox.demo.scenario import WriteUp
from sandbox.pages import hidden_fields
from sandbox.stack import Stack

LIMIT_S = 20.0
PAGE = re.compile(r"https?://\S+(/exercise/INC-\d+)")
WORD = re.compile(r"https?://\S+/h/\S+")


class NotKept(Exception):
    """The gateway did not keep what the coordinator wrote; the message names the form."""


class Coordinator:
    """Signs in once and writes once, when the participants have said their word."""

    def __init__(self, stack: Stack, plan: Plan, writes: WriteUp) -> None:
        self._stack = stack
        self._plan = plan
        self._writes = writes
        self._browser = requests.Session()
        self._browser.trust_env = False
        self.done = False

    def look(self, seen: Outside) -> None:
        """Write it up once the letter has come that asks for it, and all who were asked have
        answered; what they said is read first. Raises ``NotKept``."""
        page = self._asked(seen)
        said = {d.person for d in seen.deeds if (d.kind, d.outcome) == ("hot-wash", "answered")}
        wanted = {sms.to for sms in seen.sms if WORD.search(sms.body)}
        if self.done or page is None or not wanted or len(said) < len(wanted):
            return
        self._browser.post(
            self._stack.command("link", self._writes.by).splitlines()[0], timeout=LIMIT_S
        )
        writes = self._writes
        self._send(f"{page}/finding", writes.finding)
        due = self._stack.clock.now() + timedelta(days=writes.due_days)
        action = {"finding": writes.finding["text"], "due": f"{due:%Y-%m-%d}", **writes.action}
        self._send(f"{page}/action?finding=1", action)
        for section, words in writes.parts.items():
            self._send(f"{page}/write/{section}", words)
        self._send(f"{page}/complete", {}, form_on=page)
        self.done = True

    def _asked(self, seen: Outside) -> str | None:
        person = self._plan.person(self._writes.by)
        mine = {channel.address for channel in person.channels}
        letters = [sms.body for sms in seen.sms if sms.to in mine]
        letters += [mail.content for mail in seen.mails if mine & set(mail.to)]
        return next((found[1] for text in letters if (found := PAGE.search(text))), None)

    def _send(self, path: str, words: Mapping[str, str], form_on: str | None = None) -> None:
        """Fill in the form of a page and send it, as a browser does."""
        address = urljoin(self._stack.gateway_url, form_on or path)
        hidden = hidden_fields(self._browser.get(address, timeout=LIMIT_S).text)
        target = urljoin(self._stack.gateway_url, path.partition("?")[0])
        answer = self._browser.post(target, data={**hidden, **words}, timeout=LIMIT_S)
        if answer.status_code != 200:
            raise NotKept(f"{path}: the gateway answered {answer.status_code}")
