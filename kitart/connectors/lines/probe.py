"""Calling a line and telling what answered: by the phone system's record of the call, and by what
was heard (E41, E45, R42)."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from kitart.clock import Clock, monotonic_s, sleep_s
from kitart.connectors.errors import ConnectorError
from kitart.connectors.lines.call import Call, Caller
from kitart.connectors.lines.listening import recognised, recordings_of
from kitart.connectors.lines.sound import from_wav, loudness_db, seconds
from kitart.connectors.lines.words import spoken_words
from kitart.connectors.voice import CallRecord, Voicemail, VoicePlatform
from kitart.plan.schema import Line
from kitart.rules.line_proof import LineHeard, Message, Met
from kitart.settings import SipSettings

APART = timedelta(seconds=5)
RECORD_LIMIT_S, LOOK_EVERY_S = 6.0, 0.3
"""A record that is minutes late is not waited for: what was heard counts, and it says so."""
GREETINGS_S, ANSWER_S = 60.0, 15.0
"""How long a line is listened to: greetings in several languages to their end; else until it is
clear who answers."""
AT_ONCE = 3
"""Calls at the same time: an account has so many channels, and hearing is work."""
KINDS = ("box", "queue", "notice")


class LineProber:
    """Calls lines, a few at once. ``voice`` is the phone system behind them, asked for its
    record of the call and for the message; ``clock`` dates the call for the plan."""

    _few = threading.BoundedSemaphore(AT_ONCE)

    def __init__(
        self, settings: SipSettings, voice: Callable[[], VoicePlatform], clock: Clock
    ) -> None:
        self._settings = settings
        self._voice = voice
        self._clock = clock
        self._caller = Caller(settings)

    @property
    def lacking(self) -> str:
        """Why no call can be placed; empty where one can."""
        return self._caller.lacking()

    def probe(self, line: Line, languages: Sequence[str], *, message: bool) -> LineHeard:
        """Call ``line`` and listen; ``message`` leaves a spoken message after the greeting, and
        looks for it in the box. ``languages`` are those whose recordings are listened for.

        Raises ``ConnectorError`` where no call can be placed, or a recording can't be read.
        """
        wanted = {f"{kind}-{language}" for kind in KINDS for language in (*languages, line.lang)}
        try:
            found = recordings_of(self._settings.recordings, line.id)
        except (ValueError, OSError) as error:
            raise ConnectorError(f"recordings: {error}", permanent=True) from None
        recordings = {name: samples for name, samples in found.items() if name in wanted}
        words = spoken_words() if message else ()
        with self._few:
            call = self._caller.call(
                line.number, words=words, listen_s=GREETINGS_S if message else ANSWER_S
            )
        placed_at = self._clock.at(call.placed_at)
        sounds = tuple(name for name, _ in recognised(call.heard, recordings))
        record = self._record(line, call) if call.answered else None
        level = loudness_db(call.heard)
        return LineHeard(
            line=line.id,
            number=line.number,
            placed_at=placed_at,
            status=call.status,
            rang_s=round(call.rang_s, 1),
            heard_s=round(seconds(call.heard), 1),
            loudness_db=None if math.isinf(level) else round(level, 1),
            sounds=sounds,
            recordings=tuple(recordings),
            met=_met(call, record, sounds),
            agent=record.user_id or "" if record else "",
            record=record.call_id if record else "",
            message=self._message(line, call, placed_at) if message and call.answered else None,
        )

    def _record(self, line: Line, call: Call) -> CallRecord | None:
        """The phone system's own record of this very call, if it comes soon."""
        voice = self._voice()
        if not voice.capabilities().allows("calls"):
            return None
        # Two machines' clocks differ by a little.
        since = self._clock.at(call.placed_at - APART)
        until_s = monotonic_s() + RECORD_LIMIT_S
        while True:
            try:
                found = voice.calls(line.project, since)
            except ConnectorError:
                return None
            own = [each for each in found if self._is_ours(each, line, call)]
            if own or monotonic_s() > until_s:
                return own[-1] if own else None
            sleep_s(LOOK_EVERY_S)

    def _is_ours(self, record: CallRecord, line: Line, call: Call) -> bool:
        if record.sip_id:
            return record.sip_id == call.sip_id
        return self._settings.is_ours(record.caller) and record.line in (line.id, line.number)

    def _message(self, line: Line, call: Call, placed_at: datetime) -> Message:
        """What of our message is in the box."""
        voice = self._voice()
        if not voice.capabilities().allows("voicemails"):
            return Message(call.spoken_s, listed=False)
        until_s = monotonic_s() + RECORD_LIMIT_S
        while True:
            try:
                found = [
                    each for each in voice.voicemails(line.id, placed_at)
                    if self._settings.is_ours(each.caller)
                ]  # fmt: skip
            except ConnectorError:
                return Message(call.spoken_s, listed=False)
            if found:
                return self._listened(voice, found[-1], call)
            if monotonic_s() > until_s:
                return Message(call.spoken_s, listed=True)
            sleep_s(LOOK_EVERY_S)

    def _listened(self, voice: VoicePlatform, left: Voicemail, call: Call) -> Message:
        """The message itself, listened to where its sound can be had: a length is no sound."""
        level: float | None = None
        length_s = left.length_s
        if voice.capabilities().allows("voicemail_sound"):
            try:
                samples = from_wav(voice.voicemail_sound(left))
            except (ConnectorError, ValueError):
                samples = []
            loud = loudness_db(samples)
            level = None if math.isinf(loud) else round(loud, 1)
            length_s = round(seconds(samples), 1)
        return Message(call.spoken_s, True, left.voicemail_id, length_s, level)


def _met(call: Call, record: CallRecord | None, sounds: Sequence[str]) -> Met:
    """By the record who took it; by the sound which recording it was."""
    if not call.answered:
        return Met.NOBODY
    kinds = [name.partition("-")[0] for name in sounds]
    if record is not None and record.answered_by == "agent":
        return Met.AGENT
    if "box" in kinds:
        return Met.VOICEMAIL
    if "notice" in kinds:
        return Met.NOTICE
    if "queue" in kinds:
        return Met.QUEUE
    if record is not None and record.met in (Met.VOICEMAIL, Met.NOTICE):
        return Met(record.met)
    return Met.UNKNOWN
