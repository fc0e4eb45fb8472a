"""The account manager who coordinates an exercise, writing it up in a browser (R53, D29)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urljoin

import requests

from kitart.plan.schema import Plan
from sandbox.demo.outside import Mail, Window
from sandbox.demo.scenario import WriteUp
from sandbox.pages import hidden_fields
from sandbox.stack import Stack

LIMIT_S = 30.0
PAGE = re.compile(r"https?://\S+(/exercise/INC-\d+)")
SAID = ("hot-wash", "answered")
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

    def look(self, window: Window) -> None:
        """Write it up once the mail has come that asks for it, and all who were asked for a word
        have said it. Raises ``NotKept``, and ``requests.RequestException`` where nothing can be
        seen now."""
        wanted = {sms.to for sms in window.sms() if WORD.search(sms.body)}
        if self.done or not wanted:
            return
        said = {d.person for d in window.deeds() if (d.kind, d.outcome) == SAID}
        page = self._asked(window.mails()) if len(said) >= len(wanted) else None
        if page is None:
            return
        try:
            self._write(page)
        except requests.RequestException as trouble:
            raise NotKept(f"{page}: {trouble}") from trouble
        self.done = True

    def _asked(self, mails: list[Mail]) -> str | None:
        """The page that the coordinator was asked to write on."""
        mine = {channel.address for channel in self._plan.person(self._writes.by).channels}
        texts = [mail.content for mail in mails if mine & set(mail.to)]
        return next((found[1] for text in texts if (found := PAGE.search(text))), None)

    def _write(self, page: str) -> None:
        writes = self._writes
        link = self._stack.command("link", writes.by).splitlines()[0]
        self._browser.post(link, timeout=LIMIT_S).raise_for_status()
        self._send(f"{page}/finding", writes.finding)
        due = self._stack.clock.now() + timedelta(days=writes.due_days)
        action = {"finding": writes.finding["text"], "due": f"{due:%Y-%m-%d}", **writes.action}
        self._send(f"{page}/action?finding=1", action)
        for section, words in writes.parts.items():
            self._send(f"{page}/write/{section}", words)
        self._send(f"{page}/complete", {}, form_on=page)

    def _send(self, path: str, words: Mapping[str, str], form_on: str | None = None) -> None:
        """Fill in the form of a page and send it, as a browser does."""
        address = urljoin(self._stack.gateway_url, form_on or path)
        hidden = hidden_fields(self._browser.get(address, timeout=LIMIT_S).text)
        target = urljoin(self._stack.gateway_url, path.partition("?")[0])
        answer = self._browser.post(target, data={**hidden, **words}, timeout=LIMIT_S)
        if answer.status_code != 200:
            raise NotKept(f"{path}: the gateway answered {answer.status_code}")
