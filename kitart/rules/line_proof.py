"""What a call to a line proves: what was heard, against what a caller should meet (E41, E45, R42).

Pure: the same call gives the same answer. What can't be told from it is no proof: a person calls.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

Wanted = Literal["voicemail", "notice", "normal"]
QUIET_DB = -50.0
LOST_S = 2.5
"""How much shorter than what was said a message may be: the beep, and the silence cut off."""


class Met(StrEnum):
    """What a caller met."""

    VOICEMAIL = "voicemail"
    NOTICE = "notice"
    QUEUE = "queue"
    AGENT = "agent"
    NOBODY = "nobody"
    UNKNOWN = "something unknown"


class Flaw(StrEnum):
    """Why a call is no proof."""

    NOT_ANSWERED = "not answered"
    SILENT = "silent"
    OTHERWISE = "met otherwise"
    NO_RECORDING = "no recording"
    NOT_HEARD = "not heard"
    NOT_LISTED = "messages not listed"
    NO_MESSAGE = "no message"
    SHORT = "message too short"
    FAINT = "message too faint"


@dataclass(frozen=True)
class Fault:
    """One reason, with what it is about: a language, what was met, a length."""

    flaw: Flaw
    about: str = ""


@dataclass(frozen=True)
class Message:
    """A message that was spoken (``spoken_s``, seconds), and what of it is in the box; ``id`` is
    empty where it is not there, ``listed`` whether that could be looked for at all."""

    spoken_s: float
    listed: bool
    id: str = ""
    length_s: float = 0.0
    loudness_db: float | None = None


@dataclass(frozen=True)
class LineHeard:
    """A call to a line that is over. ``status`` is SIP's last word about it (0: none), ``sounds``
    the recordings that were heard (``box-de``), of the ``recordings`` that there are for the line;
    ``record`` is the phone system's own number of the call, empty while it tells of none."""

    line: str
    number: str
    placed_at: datetime
    status: int
    rang_s: float
    heard_s: float
    loudness_db: float | None
    sounds: tuple[str, ...]
    recordings: tuple[str, ...]
    met: Met
    agent: str = ""
    record: str = ""
    message: Message | None = None


def faults(heard: LineHeard, wanted: Wanted, languages: Sequence[str]) -> tuple[Fault, ...]:
    """Why the call does not prove that callers meet what they should; nothing where it does.

    ``languages`` are those that the greeting (or the notice) is to be heard in.
    """
    return tuple(_faults(heard, wanted, languages))


def _faults(heard: LineHeard, wanted: Wanted, languages: Sequence[str]) -> Iterator[Fault]:
    if heard.met is Met.NOBODY:
        yield Fault(Flaw.NOT_ANSWERED, str(heard.status or ""))
        return
    if heard.loudness_db is None or heard.loudness_db < QUIET_DB:
        yield Fault(Flaw.SILENT)
    if wanted == "normal":
        if heard.met not in (Met.AGENT, Met.QUEUE):
            yield Fault(Flaw.OTHERWISE, heard.met.value)
        return
    if heard.met.value != wanted:
        yield Fault(Flaw.OTHERWISE, heard.met.value)
    kind = "box" if wanted == "voicemail" else "notice"
    for language in languages:
        name = f"{kind}-{language}"
        if name not in heard.recordings:
            yield Fault(Flaw.NO_RECORDING, language)
        elif name not in heard.sounds:
            yield Fault(Flaw.NOT_HEARD, language)
    if wanted == "voicemail":
        yield from _about_message(heard.message)


def _about_message(message: Message | None) -> Iterator[Fault]:
    if message is None or not message.listed:
        yield Fault(Flaw.NOT_LISTED)
    elif not message.id:
        yield Fault(Flaw.NO_MESSAGE)
    else:
        if message.length_s < message.spoken_s - LOST_S:
            yield Fault(Flaw.SHORT, f"{message.length_s:.0f} s of {message.spoken_s:.0f} s")
        if message.loudness_db is None or message.loudness_db < QUIET_DB:
            yield Fault(Flaw.FAINT)
