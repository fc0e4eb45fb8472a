"""Playing a scenario on a running stack: the events at their times, until the end is seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import requests
from sqlalchemy.exc import DBAPIError

from kitart.clock import monotonic_s, real_now, sleep_s
from kitart.plan.schema import Plan
from sandbox.calling import call
from sandbox.demo.checks import Posted
from sandbox.demo.coordinator import Coordinator, NotKept
from sandbox.demo.crash import kill_run
from sandbox.demo.floor import Floor
from sandbox.demo.journal_view import JournalView
from sandbox.demo.outside import Window
from sandbox.demo.scenario import Event, Scenario
from sandbox.demo.schedule import move_to_now, nothing_runs, start_by_hand
from sandbox.demo.show import Screen
from sandbox.stack import Stack

LOOK_EVERY_S = 0.25
ASK_EVERY_S = 1.0
REPEATED_FOR_S = 120.0
"""Real seconds for which somebody does again what nobody takes: posts an alert, sends a text."""
ENDED = ("COMPLETED", "FAILED", "CANCELLED")
RECORD = "record of the exercise"
"""In the name of the run by which an exercise is evaluated, the last of its story."""
SHAREPOINT_AWAY = [
    {"pattern": f"/v1.0/{part}/*", "kind": "unavailable"} for part in ("sites", "drives")
] + [{"pattern": "*/admin/*", "kind": "health_says", "status": "serviceInterruption"}]
"""Sites and libraries fail while mail and sign-on go on, and Microsoft says so."""


class PlayFailed(Exception):
    """The story did not come to its end; the message says where it stood."""


@dataclass
class _Wanted:
    """What somebody does again until it is taken; ``refused`` says why it was not, raises
    ``requests.RequestException``, or returns nothing."""

    refused: Callable[[], str]
    what: str
    give_up_at_s: float


@dataclass
class Play:
    """One scenario on one stack. ``kill_at`` is in minutes of the plan's clock, None for never.

    ``besides`` is done at other minutes of it. With ``restarts`` what ends is started again, as a
    machine's service manager does.
    """

    stack: Stack
    plan: Plan
    scenario: Scenario
    screen: Screen
    limit_s: float
    kill_at: float | None = None
    besides: Sequence[tuple[float, Callable[[], None]]] = ()
    restarts: bool = False
    posted: Posted | None = None
    crashes: int = 0
    began: datetime | None = None
    sharepoint: dict[str, datetime] = field(default_factory=dict)
    wanted: list[_Wanted] = field(default_factory=list)

    def run(self) -> None:
        """Play until the incident is closed and its run has ended.

        Raises ``PlayFailed`` when that does not come in time, ``ProcessTrouble`` when a part of
        the stack ends.
        """
        window = Window(self.stack)
        floor = Floor(self.stack, self.plan, window)
        view = JournalView(self.stack.journal_url, self.plan)
        if self.scenario.cover or self.scenario.exercise:
            floor.opens([a for event in self.scenario.events if event.do == "page"
                         for a in event.agents])  # fmt: skip
        writes = self.scenario.write_up
        coordinator = Coordinator(self.stack, self.plan, writes) if writes else None
        self.began, agenda = self.stack.clock.now(), self._agenda(floor)
        give_up_at_s = monotonic_s() + self.limit_s
        ask_at_s = monotonic_s()
        try:
            while True:
                while agenda and self.stack.clock.now() >= self.began + agenda[0][0]:
                    agenda.pop(0)[1]()
                if self.restarts:
                    self.stack.restart_ended()
                self.stack.children.check()
                self._look(view)
                if monotonic_s() >= ask_at_s:
                    ask_at_s = monotonic_s() + ASK_EVERY_S
                    self._ask()
                    if coordinator is not None and not coordinator.done and not agenda:
                        with suppress(requests.RequestException):  # looked at again in a second
                            coordinator.look(window)
                    if not agenda and not self.wanted and self._over(window):
                        self._look(view)
                        return
                if monotonic_s() > give_up_at_s:
                    raise PlayFailed(self._where(window))
                sleep_s(LOOK_EVERY_S)
        except NotKept as trouble:
            raise PlayFailed(str(trouble)) from trouble
        finally:
            view.close()

    def _look(self, view: JournalView) -> None:
        now = self.stack.clock.now()
        try:
            self.screen.show(view.read(now), now)
        except DBAPIError:
            if not self.restarts:
                raise

    @property
    def sharepoint_away(self) -> tuple[datetime, datetime] | None:
        """From when to when SharePoint was taken away, on the plan's clock."""
        if not {"down", "up"} <= self.sharepoint.keys():
            return None
        return self.sharepoint["down"], self.sharepoint["up"]

    def _agenda(self, floor: Floor) -> list[tuple[timedelta, Callable[[], None]]]:
        """What is to do when, after the beginning."""
        agenda: list[tuple[timedelta, Callable[[], None]]] = [
            (timedelta(minutes=event.at_minutes), lambda event=event: self._do(event, floor))  # type: ignore[misc]
            for event in self.scenario.events
        ]
        if self.kill_at is not None:
            agenda.append((timedelta(minutes=self.kill_at), self._kill))
        agenda += [(timedelta(minutes=at), act) for at, act in self.besides]
        return sorted(agenda, key=lambda entry: entry[0])

    def _do(self, event: Event, floor: Floor) -> None:
        window = floor.window
        match event.do:
            case "phone_system":
                window.put("vcc", "/sandbox/outage", {"mode": event.state})
            case "sharepoint":
                self.sharepoint[event.state] = self.stack.clock.now()
                rules = SHAREPOINT_AWAY if event.state == "down" else []
                window.put("microsoft", "/sandbox/faults", {"rules": rules})
            case "alert":
                self.posted = Posted(self.stack.clock.now(), real_now())
                self._post_alert(self.posted.at)
            case "resolve":
                assert self.posted is not None, "an alert must come first"
                self._post_alert(self.posted.at, ended_at=self.stack.clock.now())
            case "call":
                line = self.plan.line(event.line)
                project = [p.id for p in self.plan.projects].index(line.project) + 1
                order = {"project": project, "line": line.number}
                window.put("vcc", "/sandbox/call", order, method="POST")
            case "change_person":
                window.put("people", f"/sandbox/people/{event.person}", event.character)
            case "schedule":
                self.posted = Posted(self.stack.clock.now(), real_now())
                move_to_now(self.stack, self.scenario.exercise)
            case "worker":
                nothing_runs(self.stack, event.state)
            case "start":
                self.posted = Posted(self.stack.clock.now(), real_now())
                self._start_plan()
            case "arrives":
                self._input_arrives()
            case "log_in":
                floor.log_in(event.agents)
            case "log_out":
                floor.log_out(event.agents)
            case "sms" | "page":
                self.posted = self.posted or Posted(self.stack.clock.now(), real_now())
                for agent in event.agents:
                    if event.do == "sms":
                        said = partial(floor.write, agent, event.text)
                    else:
                        said = partial(floor.fill_in, agent, event.form)
                    self._until_taken(said, f"the gateway did not take what {agent} said:")

    def _post_alert(self, at: datetime, ended_at: datetime | None = None) -> None:
        body = self.scenario.alert_body(at - timedelta(seconds=30), ended_at)
        self._post("alertmanager", self.stack.webhook_secret, body)

    def _input_arrives(self) -> None:
        assert self.scenario.started is not None
        code = str(self.scenario.started.report["input"])
        body = {"at": self.stack.clock.now().isoformat(), "id": "late", "detail": "sent by hand"}
        self._post(f"inputs/{code}", self.stack.input_secrets[code], body)

    def _post(self, source: str, secret: str, body: dict[str, Any]) -> None:
        """As a machine does it."""

        def refused() -> str:
            answer = call(
                "POST", f"{self.stack.gateway_url}/webhooks/{source}", timeout_s=10,
                json=body, headers={"Authorization": f"Bearer {secret}"},
            )  # fmt: skip
            return "" if answer.status_code == 202 else f"({answer.status_code}): {answer.text}"

        self._until_taken(refused, f"the gateway refused the post to {source}")

    def _start_plan(self) -> None:
        """As a person does it in Prefect's pages."""
        assert self.scenario.started is not None
        started = self.scenario.started

        def refused() -> str:
            start_by_hand(self.stack, started)
            return ""

        self._until_taken(refused, "Prefect did not take the run:")

    def _until_taken(self, refused: Callable[[], str], what: str) -> None:
        """Now, and again and again beside the rest of the story, one thing after another."""
        self.wanted.append(_Wanted(refused, what, monotonic_s() + REPEATED_FOR_S))
        self._ask()

    def _ask(self) -> None:
        while self.wanted:
            first = self.wanted[0]
            try:
                said = first.refused()
            except requests.RequestException as error:
                said = repr(error)
            if said and monotonic_s() > first.give_up_at_s:
                raise PlayFailed(f"{first.what} {said}")
            if said:
                return
            self.wanted.pop(0)

    def _kill(self) -> None:
        killed = kill_run(self.stack)
        if not killed:
            raise PlayFailed("no process of a flow run was found to kill")
        self.crashes += 1
        self.screen.say(f"The plan's run was killed (process {killed[0]}); nobody helps it.")

    def _over(self, window: Window) -> bool:
        try:
            rows, runs = window.register(), window.flow_runs()
            if window.get("vcc", "/sandbox/state")["on_the_line"]:
                return False  # a real call takes its time; only then is it known whom it met
        except requests.RequestException:
            return False
        if self.scenario.exercise:
            done = [run["state_type"] in ENDED for run in runs]
            return all(done) and any(RECORD in run["name"] for run in runs)
        closed = any(row.get("State") in ("closed", "false alarm") for row in rows)
        states = {run["state_type"] for run in runs}
        return closed and bool(states & {"COMPLETED", "FAILED"}) and states <= {*ENDED, "CRASHED"}

    def _where(self, window: Window) -> str:
        said: list[Any] = []
        try:
            said += [f"register: {[row.get('State') for row in window.register()] or 'no row'}"]
            said += [f"runs: {[run['state_name'] for run in window.flow_runs()] or 'none'}"]
        except requests.RequestException as error:
            said.append(f"not even asked: {error}")
        return f"it had not ended after {self.limit_s:.0f} s ({'; '.join(said)})"


def when(moment: datetime) -> str:
    """A moment as people read it."""
    return f"{moment:%A %d %B %Y %H:%M} UTC"
