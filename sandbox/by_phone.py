"""People who answer by phone: a number sent back by SMS, or a key pressed in a call."""

from __future__ import annotations

import re
from collections.abc import Callable

from sandbox.characters import Character

INVITES = re.compile(r"\b1 = |[Rr]eply 1\b|\b1-es válasszal")
"""What an SMS says that can be replied to by a number."""
KEYS = {"first": "1", "take": "1", "decline": "2", "cannot": "2"}

CODE = re.compile(r"\b(A\d+[a-z]?): ")
"""What is asked back where several things wait: the alarm's own code."""

Sender = Callable[[str, str], tuple[int | None, str]]
"""Sends an SMS from a number; the status that our webhook answered with, and the text back."""


def reply_by_sms(send: Sender, number: str, key: str) -> int | None:
    """Reply with a number, and with the code too where it is asked back which thing was meant."""
    status, said = send(number, key)
    if code := CODE.search(said):
        status, _ = send(number, f"{code[1]} {key}")
    return status


def key_of(character: Character) -> str | None:
    """The number that stands for what this person says when asked to take it."""
    return KEYS.get(character.answer_to("ack"))
