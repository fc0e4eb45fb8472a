"""The company's telephone system in the stand-in world: Asterisk, its agents' phones, callers.

It is switched from outside by the same paths as the stand-in of VCC Live, so a story does not know
which of them it plays on; what happens then is real: phones register, callers dial and speak.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, SecretStr

from kitart.clock import Clock, monotonic_s, real_now, sleep_s
from kitart.connectors.asterisk.records import calls, legs
from kitart.connectors.lines.call import Caller
from kitart.connectors.lines.sound import from_wav, loudness_db, seconds
from kitart.plan.schema import Plan
from kitart.settings import AsteriskSettings, SipSettings
from sandbox.asterisk.pbx import Pbx
from sandbox.asterisk.phones import Phones
from sandbox.asterisk.sounds import melody
from sandbox.vcc_state import Presence

WORDS_S, LISTEN_S, RECORD_LIMIT_S = 5.0, 30.0, 10.0
READY = "AVAILABLE4CALL"
CALLERS = "+3610000000"


class OutageOrder(BaseModel):
    """What the telephone system shall be like: ``down`` is a power cut."""

    mode: Literal["up", "down"]


class AgentsOrder(BaseModel):
    """Agents' codes and the state to put them into; null logs them out."""

    agents: list[str]
    state: str | None


class CallOrder(BaseModel):
    """A caller dials ``line``, a number, and speaks once it has fallen silent."""

    line: str
    project: int = 0


class CompanyPhones:
    """All of it. ``clock`` is the plan's, by which the story is told."""

    def __init__(self, plan: Plan, folder: Path, clock: Clock) -> None:
        self._plan = plan
        self._clock = clock
        self.pbx = Pbx(plan, folder)
        self.phones = Phones(self.pbx)
        self._presence: list[Presence] = []
        self._told: list[dict[str, Any]] = []
        self._on_the_line: list[threading.Thread] = []
        self._lock = threading.RLock()
        self._up = False

    def start(self) -> None:
        """Bring it up."""
        self.pbx.start()
        self.phones.start()
        self._up = True

    def stop(self) -> None:
        """End it, and whoever is still on the line."""
        for caller in self._on_the_line:
            caller.join(LISTEN_S)
        self.phones.stop()
        self.pbx.stop()

    def settings(self) -> dict[str, Any]:
        """Kitart's settings for it."""
        return {
            "phone_system": "asterisk",
            "asterisk": AsteriskSettings(
                base_url=self.pbx.url, user="kitart", password=SecretStr(self.pbx.wishes.password)
            ),
            "sip": self._sip(self.pbx.wishes.caller, self.pbx.greetings),
        }

    def put_agents(self, agents: Iterable[str], state: str | None) -> None:
        """Log agents in, ready for calls, or out (None)."""
        codes = list(agents)
        with self._lock:
            if self._up:
                (self.phones.log_out if state is None else self.phones.log_in)(codes)
            now = self._clock.now()
            self._presence += [Presence(now, code, state) for code in codes]

    def set_outage(self, down: bool) -> None:
        """A power cut, or its end: phones register again, queues know their members."""
        with self._lock:
            if down and self._up:
                self.pbx.kill()
            elif not down and not self._up:
                self.pbx.start()
                self.phones.log_in(self.phones.there)
            self._up = not down

    def dial(self, number: str) -> None:
        """A caller dials, in a thread of its own: calls take their time here."""
        told: dict[str, Any] = {
            "line": number, "at": self._clock.now().isoformat(), "answered_by": None,
        }  # fmt: skip
        thread = threading.Thread(target=self._call, args=(number, told), daemon=True)
        with self._lock:
            self._told.append(told)
            self._on_the_line.append(thread)
        thread.start()

    def records(self) -> list[dict[str, Any]]:
        """Every call that is over, as Asterisk has it."""
        file = self.pbx.records
        text = file.read_text() if file.exists() else ""
        return [
            {**asdict(each), "started_at": each.started_at.isoformat()}
            for each in calls(legs(text), self._clock)
        ]

    def messages(self) -> list[dict[str, Any]]:
        """Every message in a box, listened to."""
        numbers = {line.id: line.number for line in self._plan.lines}
        found = []
        for file in sorted(self.pbx.voicemail.glob("*/*/msg*.txt")):
            told = dict(line.split("=", 1) for line in file.read_text().splitlines() if "=" in line)
            samples = from_wav(file.with_suffix(".wav").read_bytes())
            left_at = datetime.fromtimestamp(float(told["origtime"]), UTC)
            found.append(
                {
                    "id": told["msg_id"],
                    "line": numbers[file.parent.parent.name],
                    "caller": told["callerid"].partition("<")[2].partition(">")[0],
                    "seconds": seconds(samples),
                    "loudness_db": max(-100.0, loudness_db(samples)),
                    "at": self._clock.at(left_at).isoformat(),
                }
            )
        return found

    def app(self) -> FastAPI:
        """How a story switches it, and looks at it."""
        app = FastAPI(title="The company's Asterisk (sandbox)")

        @app.put("/sandbox/outage")
        def outage(order: OutageOrder) -> dict[str, Any]:
            self.set_outage(order.mode == "down")
            return show()

        @app.put("/sandbox/agents")
        def agents(order: AgentsOrder) -> dict[str, Any]:
            known = {agent.id for agent in self._plan.agents}
            if unknown := set(order.agents) - known:
                raise HTTPException(422, f"agents are {sorted(unknown)}: not in the plan")
            self.put_agents(order.agents, order.state)
            return show()

        @app.post("/sandbox/call")
        def call(order: CallOrder) -> dict[str, Any]:
            self.dial(order.line)
            return {"line": order.line}

        @app.get("/sandbox/calls")
        def told() -> list[dict[str, Any]]:
            with self._lock:
                return [dict(each) for each in self._told]

        @app.get("/sandbox/presence")
        def presence() -> list[dict[str, Any]]:
            with self._lock:
                return [{**asdict(one), "at": one.at.isoformat()} for one in self._presence]

        @app.get("/sandbox/records")
        def records() -> dict[str, Any]:
            return {
                "kitart": self.pbx.wishes.caller,
                "records": self.records(),
                "messages": self.messages(),
            }

        @app.get("/sandbox/state")
        def show() -> dict[str, Any]:
            from_outside = [m for m in self.messages() if m["caller"] == CALLERS]
            with self._lock:
                return {
                    "at": real_now().isoformat(),
                    "outage": "up" if self._up else "down",
                    "agents": [
                        {"code": code, "state": READY if code in self.phones.there else None}
                        for code in sorted(agent.id for agent in self._plan.agents)
                    ],
                    "online": len(self.phones.there),
                    "calls": sum(each["answered_by"] is not None for each in self._told),
                    "on_the_line": sum(each.is_alive() for each in self._on_the_line),
                    "voicemails": from_outside,
                    "lost_in_outage": [each for each in self._told if each.get("lost")],
                }

        return app

    def _sip(self, caller: str, recordings: Path | None = None) -> SipSettings:
        return SipSettings(
            server=self.pbx.sip_server, user="trunk", caller=caller, recordings=recordings,
            password=SecretStr(self.pbx.wishes.phone_password),
        )  # fmt: skip

    def _call(self, number: str, told: dict[str, Any]) -> None:
        """One caller, from dialling to the end; then whom the record says that they met."""
        words = melody(f"a caller of {number}", WORDS_S)
        call = Caller(self._sip(CALLERS)).call(number, words=words, listen_s=LISTEN_S / 3)
        told["lost"] = not call.answered
        until_s = monotonic_s() + RECORD_LIMIT_S
        while call.answered and monotonic_s() < until_s:
            own = [each for each in self.records() if each["sip_id"] == call.sip_id]
            if own:
                told["answered_by"] = own[0]["user_id"] or own[0]["met"] or None
                return
            sleep_s(0.2)
