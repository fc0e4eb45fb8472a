"""Addresses of people as they may be shown: told from others, but not to be written to."""

from __future__ import annotations

import re

# Shorter ones are names of chats or extensions: masked where they stand alone, not inside words.
INSIDE_TEXT = 6
_IN_A_SENTENCE = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+|(?<![\w.:/-])(?:\+|0)\d[\d ()/-]{5,}\d")


def masked(address: str) -> str:
    """An address that can be told from others and not written to: ``+36…42``, ``a…@company.hu``."""
    name, at, domain = address.rpartition("@")
    if at:
        return f"{name[:1]}…@{domain}"
    return f"{address[:3]}…{address[-2:]}" if len(address) > INSIDE_TEXT else "…"


def masked_within(text: str) -> str:
    """A text with every mail address and phone number in it masked."""
    return _IN_A_SENTENCE.sub(lambda found: masked(found[0]), text)
