"""People who answer: they read their letters, open the links and press a button.

Each has a character (``sandbox.characters``). What a person did stands in the diary. Nobody
answers the same question twice, however many letters ask it.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import requests
from fastapi import APIRouter, HTTPException

from kitart.clock import Clock, real_now
from sandbox.by_phone import INVITES, Sender, key_of, reply_by_sms
from sandbox.characters import Character, Characters
from sandbox.diary import DiaryEntry, Person
from sandbox.letters import Letter
from sandbox.pages import Page, Question, chosen, form_data, links_in
from sandbox.visiting import GET_LIMIT_S, visit

__all__ = ["DiaryEntry", "People", "Person", "people_router"]

POLL_S = 0.05
MOST_TRIES, TRIES_AGAIN_S = 8, 30
"""How often a person comes back to a page that failed, and after how many of the plan's seconds."""
AT_ONCE = 8
"""How many people may read at the same moment."""

Inbox = Callable[[], Iterable[Letter]]
Answerer = Callable[[Question], str | None]


@dataclass(frozen=True)
class _Waiting:
    person: Person
    letter: Letter
    due: datetime
    tries: int = 1


class People:
    """Watches the inboxes and lets everybody act, in threads of its own.

    ``inboxes`` return all letters so far; ``clock`` is the plan's, by which people are slow.
    ``answerers`` decide in place of a character, by the person's code and the question's kind.
    """

    def __init__(
        self,
        persons: Sequence[Person],
        inboxes: Sequence[Inbox],
        gateway_url: str,
        clock: Clock,
        characters: Characters | None = None,
        answerers: Mapping[tuple[str, str], Answerer] | None = None,
        send_sms: Sender | None = None,
        log_in: Callable[[str], None] | None = None,
    ) -> None:
        self.persons = list(persons)
        self.characters = characters or Characters()
        self.answerers = dict(answerers or {})
        self._send_sms = send_sms
        self._log_in = log_in
        self._on_the_way: list[tuple[datetime, str]] = []
        self._inboxes = list(inboxes)
        self._gateway_url = gateway_url
        self._clock = clock
        self._by_address = {
            _plain(address): person
            for person in persons
            for address in (person.phone, person.mail)
            if address
        }
        self._seen: set[tuple[int, str]] = set()
        self._waiting: list[_Waiting] = []
        self._again: deque[_Waiting] = deque()
        self._left: list[_Waiting] = []
        self._busy: dict[str, threading.Lock] = {p.code: threading.Lock() for p in persons}
        self._answered: set[tuple[str, str]] = set()
        self._diary: list[DiaryEntry] = []
        self._diary_lock = threading.Lock()
        self._working = 0
        self._stopping = threading.Event()
        self._watcher: threading.Thread | None = None
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="person")

    @property
    def diary(self) -> list[DiaryEntry]:
        """What everybody did so far, in order."""
        with self._diary_lock:
            return list(self._diary)

    def start(self) -> People:
        """Begin to watch."""
        self._watcher = threading.Thread(target=self._watch, name="people", daemon=True)
        self._watcher.start()
        return self

    def stop(self) -> None:
        """End; who is in the middle of an answer finishes it."""
        self._stopping.set()
        if self._watcher is not None:
            self._watcher.join(POLL_S + GET_LIMIT_S)
        self._pool.shutdown(wait=True, cancel_futures=True)

    def __enter__(self) -> People:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _watch(self) -> None:
        while not self._stopping.is_set():
            self._collect()
            while self._again:
                self._waiting.append(self._again.popleft())
            due = [w for w in self._waiting if self._clock.real_seconds_until(w.due) <= 0]
            self._waiting = [w for w in self._waiting if w not in due]
            for waiting in due:
                self._begin(
                    partial(self._read, tries=waiting.tries), waiting.person, waiting.letter
                )
            self._arrive()
            self._stopping.wait(self._pause_s())

    def _pause_s(self) -> float:
        """Until the next one is due, but the inboxes are looked at again soon in any case."""
        moments = [w.due for w in self._waiting] + [due for due, _ in list(self._on_the_way)]
        rests = [self._clock.real_seconds_until(moment) for moment in moments]
        return max(0.001, min([POLL_S, *rests]))

    def _arrive(self) -> None:
        """Agents who said yes and whose time has come log in at the phone system."""
        for due, code in list(self._on_the_way):
            if self._clock.real_seconds_until(due) <= 0:
                self._on_the_way.remove((due, code))
                if self._log_in is not None:
                    self._log_in(code)

    def _collect(self) -> None:
        for number, inbox in enumerate(self._inboxes):
            try:
                letters = list(inbox())
            except requests.RequestException:
                continue  # an inbox in another process is away for a moment
            for letter in letters:
                if (number, letter.id) in self._seen:
                    continue
                self._seen.add((number, letter.id))
                if person := self._by_address.get(_plain(letter.to)):
                    self._arrived(person, letter)

    def _arrived(self, person: Person, letter: Letter) -> None:
        character = self.characters.of(person.code)
        if character.scans:
            self._begin(self._scan, person, letter)
        if not character.reads:
            self._note(person, letter, "left unread")
            return
        due = self._clock.now() + timedelta(seconds=character.delay_s)
        self._waiting.append(_Waiting(person, letter, due))

    @property
    def busy(self) -> bool:
        """Whether somebody has a letter unopened that is due, or is in the middle of one."""
        letters = sum(len(list(inbox())) for inbox in self._inboxes)
        moments = [w.due for w in list(self._waiting)] + [d for d, _ in list(self._on_the_way)]
        due = any(self._clock.real_seconds_until(moment) <= 0 for moment in moments)
        return letters != len(self._seen) or due or self._working > 0

    def _begin(self, act: Callable[[Person, Letter], None], person: Person, letter: Letter) -> None:
        def guarded() -> None:
            try:
                act(person, letter)
            except Exception as error:  # a page no person could read must show in the diary
                self._note(person, letter, "failed", seen=repr(error))
            finally:
                self._count(-1)

        self._count(1)
        self._pool.submit(guarded)

    def _count(self, change: int) -> None:
        with self._diary_lock:
            self._working += change

    def _scan(self, person: Person, letter: Letter) -> None:
        """A mail scanner: opens each link by GET, again and again, and sends nothing."""
        times = self.characters.of(person.code).scans
        for link in links_in(letter, self._gateway_url):
            for _ in range(times):
                status, page = visit("GET", link)
                seen = page.seen if page else ""
                self._note(person, letter, "scanned", link=link, status=status, seen=seen)

    def _read(self, person: Person, letter: Letter, tries: int = 1) -> None:
        # One thing at a time: two letters with one question must not both be answered.
        with self._busy[person.code]:
            if self._replies(person, letter):
                return
            links = links_in(letter, self._gateway_url)
            if not links:
                self._note(person, letter, "no link")
            done = [self._visit(person, letter, link) for link in links]
        if not all(done) and tries < MOST_TRIES:
            # Whoever finds the page away, or is told to send it again, does so a little later.
            due = self._clock.now() + timedelta(seconds=TRIES_AGAIN_S)
            self._again.append(_Waiting(person, letter, due, tries + 1))

    def _replies(self, person: Person, letter: Letter) -> bool:
        """Answer an SMS that invites it by a number, if that is the person's way."""
        character = self.characters.of(person.code)
        key = key_of(character)
        if character.by != "sms" or self._send_sms is None or not INVITES.search(letter.body_text):
            return False
        if key is not None and _plain(letter.to) == _plain(person.phone):
            status = reply_by_sms(self._send_sms, person.phone, key)
            self._note(person, letter, _outcome(status), kind="ack", answer=key, status=status)
        return True

    def change(self, code: str, character: dict[str, Any]) -> Character:
        """A person becomes somebody else; raises ``ValueError`` as ``Characters`` does."""
        changed = self.characters.change(code, character)
        if changed.comes_back:
            due = self._clock.now() + timedelta(seconds=changed.delay_s)
            left = [one for one in self._left if one.person.code == code]
            self._again.extend(_Waiting(one.person, one.letter, due) for one in left)
        return changed

    def rings(self, number: str) -> str | None:
        """What a person does whose phone rings: the key pressed, ``None`` for not picking up."""
        person = next((p for p in self.persons if p.voice and p.voice == number), None)
        if person is None:
            return None
        character = self.characters.of(person.code)
        picks_up = character.reads and (character.by == "voice" or character.picks_up)
        return key_of(character) if picks_up else None

    def _visit(self, person: Person, letter: Letter, link: str) -> bool:
        """Open a link and answer what is asked there; whether nothing failed."""
        status, page = visit("GET", link)
        if page is None or _outcome(status) == "failed":
            self._note(person, letter, "failed", link=link, status=status)
            return False
        if not page.questions:
            self._note(person, letter, "read", link=link, status=status, seen=page.seen)
        return all([self._answer(person, letter, link, page, each) for each in page.questions])

    def _answer(
        self, person: Person, letter: Letter, link: str, page: Page, question: Question
    ) -> bool:
        about = {"link": link, "seen": page.seen, "kind": question.kind}
        key = (person.code, question.question_id)
        if key in self._answered:
            self._note(person, letter, "already answered", **about)
            return True
        character = self.characters.of(person.code)
        answer = self._decided(person, character, question)
        if question.kind == "ack" and character.by != "link":
            self._note(person, letter, "read", **about)
            return True
        if answer is None:
            left = self._wish(person, character, question) == "leave"
            if left:
                self._left.append(_Waiting(person, letter, self._clock.now()))
            self._note(person, letter, "read" if left else "not offered", **about)
            return True
        status, after = self._post(person, character, question, answer)
        outcome = _outcome(status)
        if outcome == "answered":
            self._answered.add(key)
            self._sets_out(person, character, question.kind, answer)
        self._note(
            person,
            letter,
            outcome,
            **about,
            answer=answer,
            status=status,
            page_after=after.seen if after else "",
        )
        return outcome != "failed"

    def _sets_out(self, person: Person, character: Character, kind: str, answer: str) -> None:
        """An agent who said yes to a call-out is at the phone system after a while, if ever."""
        if kind == "cover" and answer == "yes" and character.logs_in_s is not None:
            due = self._clock.now() + timedelta(seconds=character.logs_in_s)
            self._on_the_way.append((due, person.code))

    def _decided(self, person: Person, character: Character, question: Question) -> str | None:
        if answerer := self.answerers.get((person.code, question.kind)):
            return answerer(question)
        return chosen(self._wish(person, character, question), question.options)

    def _wish(self, person: Person, character: Character, question: Question) -> str:
        answered = sum(
            entry.person == person.code
            and entry.kind == question.kind
            and entry.outcome == "answered"
            for entry in self.diary
        )
        return character.answer_to(question.kind, answered)

    def _post(
        self, person: Person, character: Character, question: Question, answer: str
    ) -> tuple[int | None, Page | None]:
        fills = {"name": person.code, **character.fills_for(question.kind)}
        return visit("POST", question.action, form_data(question, answer, fills))

    def _note(self, person: Person, letter: Letter, outcome: str, **about: Any) -> None:
        entry = DiaryEntry(person.code, self._clock.now(), real_now(), letter.id, outcome, **about)
        with self._diary_lock:
            self._diary.append(entry)


def _outcome(status: int | None) -> str:
    if status is None or status >= 500:
        return "failed"
    return "answered" if status < 400 else "refused"


def _plain(address: str) -> str:
    """An address without what people write differently."""
    if "@" in address:
        return address.strip().lower()
    return "".join(sign for sign in address if sign.isdigit() or sign == "+")


def people_router(people: People) -> APIRouter:
    """``GET /sandbox/people`` (the diary) and ``PUT /sandbox/people/{code}`` (a character)."""
    router = APIRouter(prefix="/sandbox/people")

    @router.get("")
    def diary() -> list[dict[str, Any]]:
        return [entry.as_json() for entry in people.diary]

    @router.put("/{code}")
    def change(code: str, character: dict[str, Any]) -> dict[str, Any]:
        try:
            return people.change(code, character).model_dump()
        except ValueError as error:
            raise HTTPException(422, str(error)) from error

    return router
