"""What the stand-in SMS gateway has taken, and which numbers misbehave."""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol
from uuid import uuid4

from kitart.clock import real_now
from sandbox.letters import Letter

Delivery = Literal["delivered", "undelivered", "failed", "silent"]


@dataclass(frozen=True)
class Sms:
    """A message taken; ``message_key`` is ours if it was given."""

    sid: str
    to: str
    sender: str
    body: str
    at: datetime
    message_key: str
    status_callback: str = ""

    def as_json(self) -> dict[str, Any]:
        shown = asdict(self)
        shown["from"] = shown.pop("sender")
        return {**shown, "at": self.at.isoformat()}


@dataclass
class Call:
    """A call placed; ``said`` is what was spoken in it, ``keys`` what was pressed."""

    sid: str
    to: str
    sender: str
    page: str
    at: datetime
    status_callback: str = ""
    status: str = "queued"
    said: list[str] = field(default_factory=list)
    keys: str = ""

    def as_json(self) -> dict[str, Any]:
        shown = asdict(self)
        shown["from"] = shown.pop("sender")
        return {**shown, "at": self.at.isoformat()}


class PickedUp(Protocol):
    """What happens where a phone rings: the key that will be pressed, "" for none (a machine
    picks up, say), ``None`` where nobody picks up."""

    def __call__(self, number: str) -> str | None: ...


def _nobody(number: str) -> str | None:
    return None


@dataclass
class NumberFault:
    """How messages to one number fail: refused with ``status`` and Twilio's ``code``, ``times``
    times (None: for ever); or, with no status, taken and then reported as ``delivery`` says."""

    status: int | None = None
    code: int = 21211
    message: str = "Invalid 'To' Phone Number"
    times: int | None = None
    delivery: Delivery = "delivered"


@dataclass
class SmsState:
    """The gateway's state. ``inbound_url`` is told of replies; ``sent`` holds what was taken.

    Where a phone rings ``pick_up`` says what happens, unless ``keys`` has it for the number. What
    became of a message is reported ``report_after_s`` after it was taken.
    """

    account: str = "AC00000000000000000000000000000000"
    token: str = "sandbox"
    status: str = "active"
    kind: str = "Full"
    inbound_url: str = ""
    sent: list[Sms] = field(default_factory=list)
    inbound: list[dict[str, Any]] = field(default_factory=list)
    callbacks: list[dict[str, Any]] = field(default_factory=list)
    faults: dict[str, NumberFault] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    report_after_s: float = 0.0
    pick_up: PickedUp = _nobody
    keys: dict[str, str] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def take(self, to: str, sender: str, body: str, key: str, callback: str) -> Sms:
        """Record one message and return it."""
        sms = Sms(f"SM{uuid4().hex}", to, sender, body, real_now(), key, callback)
        with self.lock:
            self.sent.append(sms)
        return sms

    def fault_for(self, number: str) -> NumberFault | None:
        """The refusal that this send meets, counted; None if it is taken."""
        with self.lock:
            fault = self.faults.get(number)
            if fault is None or fault.status is None or fault.times == 0:
                return None
            if fault.times is not None:
                fault.times -= 1
            return fault

    def delivery_for(self, number: str) -> Delivery:
        """What the number's operator will report."""
        with self.lock:
            fault = self.faults.get(number)
            return fault.delivery if fault else "delivered"

    def letters(self) -> list[Letter]:
        """The messages as a person's phone shows them."""
        with self.lock:
            return [Letter(sms.sid, sms.to, "", sms.body, "", sms.at) for sms in self.sent]

    def signature(self, url: str, form: Mapping[str, str]) -> str:
        """``X-Twilio-Signature`` of a call to us: HMAC-SHA1 of address and sorted fields."""
        signed = url + "".join(f"{name}{form[name]}" for name in sorted(form))
        digest = hmac.new(self.token.encode(), signed.encode(), hashlib.sha1).digest()
        return base64.b64encode(digest).decode()
