"""Asterisk as a ``VoicePlatform``: a telephone system of one's own, asked over HTTP.

Its REST interface (ARI) knows phones and no queues; the manager (AMI) knows queues and the
database that the dialplan reads; records and messages are files, which its web server gives to
whoever is signed in at the manager. docs/connect.md says what an administrator sets up.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any
from zoneinfo import ZoneInfo

from kitart.clock import Clock, SteadyClock, as_utc, monotonic_s, real_now
from kitart.connectors.asterisk import boxes, records, routing
from kitart.connectors.asterisk.manager import Event, Manager, Refused
from kitart.connectors.errors import ConnectorError
from kitart.connectors.http import (
    HostPaused,
    HttpClient,
    ServiceRefused,
    TlsFailed,
    Unreachable,
    json_body,
)
from kitart.connectors.voice import (
    Ability,
    AgentState,
    CallRecord,
    Capabilities,
    EmergencyMode,
    NotCapable,
    PlatformHealth,
    QueueStats,
    RoutingState,
    Voicemail,
    ordered,
)
from kitart.settings import AsteriskSettings

PLATFORM = "Asterisk"
MOST_ROTATED = 400
"""Files of records that are looked through, one a day: so far back reports go."""
STATES = {
    "0": "UNKNOWN", "1": "READY", "2": "IN A CALL", "3": "BUSY", "4": "INVALID",
    "5": "UNAVAILABLE", "6": "RINGING", "7": "RINGING", "8": "ON HOLD",
}  # fmt: skip
LIVE = frozenset({"READY", "IN A CALL", "BUSY", "RINGING", "ON HOLD"})
PAUSED, NO_QUEUE = "PAUSED", "IN NO QUEUE"
NO_FILES = "KITART_ASTERISK__PRIVATE is empty, and neither ARI nor AMI gives {}"
FILES: dict[Ability, str] = {
    "calls": NO_FILES.format("call records"),
    "voicemails": NO_FILES.format("messages; look into the box and make a test call"),
    "voicemail_sound": NO_FILES.format("a message's sound; listen to the box"),
}


class Asterisk:
    """A company's own Asterisk. ``clock`` says what day it is, in ``zone``, for a day's figures."""

    def __init__(
        self,
        settings: AsteriskSettings,
        *,
        clock: Clock | None = None,
        zone: str = "Europe/Budapest",
        timeout_s: tuple[float, float] = (3.05, 8.0),
    ) -> None:
        user, password = settings.user, settings.password.get_secret_value()
        self._settings = settings
        self._clock = clock or SteadyClock()
        self._zone = ZoneInfo(zone)
        self._http = HttpClient(
            settings.base_url, ca_file=settings.ca_file, auth=(user, password),
            timeout_s=timeout_s, name=PLATFORM,
        )  # fmt: skip
        self._manager = Manager(
            HttpClient(
                settings.base_url, ca_file=settings.ca_file, timeout_s=timeout_s, name=PLATFORM
            ),
            user,
            password,
        )

    def health(self) -> PlatformHealth:
        """Whether it answers, by the phones that are registered there; never raises (R43, E41).

        Down: no answer, or a server error. Unknown: we are refused or can't read the answer.
        """
        began_s = monotonic_s()

        def seen(state: Any, detail: str, phones: int | None = None) -> PlatformHealth:
            return PlatformHealth(state, detail, monotonic_s() - began_s, phones)

        try:
            phones = sum(phone["state"] == "online" for phone in self._phones())
        except (TlsFailed, HostPaused) as error:
            return seen("unknown", error.message)
        except Unreachable as error:
            return seen("down", error.message)
        except ServiceRefused as refused:
            if refused.status in (401, 403):
                return seen(
                    "unknown", f"our access is refused ({refused.status}): check user and password"
                )
            return seen("down" if refused.status >= 500 else "unknown", refused.message)
        except ConnectorError as error:
            return seen("unknown", error.message)
        return seen("up", f"{PLATFORM} answers; {phones} agents are logged in", phones)

    def agents(self, project: str | None = None) -> list[AgentState]:
        """Agents whose phone is registered, of all projects or of one by its queues (E18, R21).

        Live is who is in a queue, not paused and not unavailable there.
        """
        members: dict[str, list[Event]] = {}
        for member in self._members(project):
            members.setdefault(agent_code(member), []).append(member)
        return [
            _agent(code, members.get(code, []), self._clock)
            for code in sorted(p["resource"] for p in self._phones() if p["state"] == "online")
            if project is None or code in members
        ]

    def users(self) -> dict[str, str]:
        """Everybody who has a phone here, registered or not: code to code (c7)."""
        return {phone["resource"]: phone["resource"] for phone in self._phones()}

    def queue_names(self) -> set[str]:
        """The queues there are."""
        found = self._manager.act("QueueStatus")
        return {each["Queue"] for each in found if each.get("Event") == "QueueParams"}

    def can_switch(self) -> bool:
        """Whether the dialplan has the part by which lines are switched."""
        try:
            found = self._manager.act("ShowDialPlan", Context="kitart-switch")
        except Refused as refused:
            if "Did not find context" in refused.said:
                return False
            raise
        return any(each.get("Event") == "ListDialplan" for each in found)

    def boxes(self) -> dict[str, tuple[int, int]]:
        """Each line's box: how many messages are in it, and how many it takes at most (E45)."""
        return {
            each["VoiceMailbox"]: (
                int(each["NewMessageCount"]) + int(each.get("OldMessageCount") or 0),
                int(each["MaxMessageCount"]),
            )
            for each in self._manager.act("VoicemailUsersList")
            if each.get("VMContext") == boxes.CONTEXT
        }

    def queue_stats(self, queue: str) -> QueueStats:
        """Who waits and who can answer at this moment, and today's calls (``ALPHA/de``, or a whole
        project); today's are unknown where no records are given."""
        project, _, language = queue.partition("/")
        wanted = f"{project}-{language}" if language else ""
        found = [
            each for each in self._manager.act("QueueStatus")
            if (each.get("Queue") == wanted if wanted
                else records.project_of(each.get("Queue", "")) == project)
        ]  # fmt: skip
        params = [each for each in found if each["Event"] == "QueueParams"]
        if not params:
            raise ConnectorError(
                f"{PLATFORM} has no queue {wanted or f'{project}-…'}: name it there as "
                "project-language",
                permanent=True,
            )
        now = self._clock.now()
        midnight = now.astimezone(self._zone).replace(hour=0, minute=0, second=0, microsecond=0)
        today = self._today(project, wanted, as_utc(midnight))
        online = {p["resource"] for p in self._phones() if p["state"] == "online"}
        live = {
            agent_code(each) for each in found
            if each["Event"] == "QueueMember" and _state([each]) in LIVE
        }  # fmt: skip
        return QueueStats(
            queue=queue,
            snapshot_time=now,
            live=True,
            agents_live=len(live & online),
            waiting=sum(int(each["Calls"]) for each in params),
            offered=None if today is None else len(today),
            answered=None if today is None else sum(c.answered_by == "agent" for c in today),
            lost=None if today is None else sum(c.answered_by == "nobody" for c in today),
        )

    def routing(self, line: str) -> RoutingState:
        """What the dialplan reads for the line at its next call."""
        return RoutingState.of(routing.read(self._manager, line))

    def set_emergency(
        self,
        line: str,
        on: bool,
        expected_version: int,
        *,
        set_by: str,
        mode: EmergencyMode = "voicemail",
    ) -> RoutingState:
        """Have the dialplan switch the line from its next caller on, and read it back (R38, D5)."""
        wanted, at = ordered(on, mode, set_by), self._clock.now()
        written = routing.write(self._manager, line, wanted, expected_version, set_by, at)
        return RoutingState.of(written)

    def voicemails(self, line: str, since: datetime) -> list[Voicemail]:
        """Messages left on a line since a moment, heard or not, oldest first (R42)."""
        self._need_files("voicemails")
        # A message's moment has whole seconds only, of real time.
        now = real_now()
        second = self._clock.at(now) - self._clock.at(now - timedelta(seconds=1))
        found = self._messages(line)
        return sorted((each for _, each in found if each.left_at >= as_utc(since) - second),
                      key=lambda each: each.left_at)  # fmt: skip

    def voicemail_sound(self, voicemail: Voicemail) -> bytes:
        """A message as a WAV file (R42)."""
        self._need_files("voicemail_sound")
        for path, each in self._messages(voicemail.line):
            if each.voicemail_id == voicemail.voicemail_id:
                sound = self._manager.bytes_of(f"{path}.wav")
                if sound is not None:
                    return sound
        raise ConnectorError(
            f"message {voicemail.voicemail_id} is not in the box of {voicemail.line} any more",
            permanent=True,
        )

    def calls(
        self, project: str, since: datetime, until: datetime | None = None
    ) -> list[CallRecord]:
        """Records of the calls that began since ``since`` (and before ``until``), oldest first; a
        call is told of when it is over (R23)."""
        self._need_files("calls")
        since = as_utc(since)
        until = as_utc(until) if until is not None else None
        found = records.calls(self._legs(since), self._clock)
        return [
            call
            for call in found
            if call.project == project and call.started_at >= since
            and (until is None or call.started_at < until)
        ]  # fmt: skip

    def capabilities(self) -> Capabilities:
        """What Asterisk can do: all but what its files tell, where they are not given."""
        can: set[Ability] = {
            "agents", "queue_stats", "live_queue_stats", "routing", "set_emergency",
        }  # fmt: skip
        if self._settings.private:
            return Capabilities(PLATFORM, frozenset({*can, *FILES}))
        return Capabilities(PLATFORM, frozenset(can), FILES)

    def close(self) -> None:
        """Close the kept connections."""
        self._http.close()

    def _need_files(self, ability: Ability) -> None:
        if not self._settings.private:
            raise NotCapable(PLATFORM, ability, FILES[ability])

    def _messages(self, line: str) -> Iterator[tuple[str, Voicemail]]:
        return boxes.messages(self._manager, self._settings.private, line, self._clock)

    def _phones(self) -> list[dict[str, Any]]:
        """The agents' phones; trunks and the like are not among them."""
        found = json_body(self._http.request("GET", "/ari/endpoints/PJSIP"))
        if not isinstance(found, list) or not all(
            isinstance(each, dict) and {"resource", "state"} <= each.keys() for each in found
        ):
            raise ConnectorError(f"{PLATFORM}: GET /ari/endpoints/PJSIP: no list of phones")
        return [each for each in found if fnmatchcase(each["resource"], self._settings.phones)]

    def _members(self, project: str | None) -> list[Event]:
        return [
            each
            for each in self._manager.act("QueueStatus")
            if each.get("Event") == "QueueMember"
            and (project is None or records.project_of(each.get("Queue", "")) == project)
        ]

    def _today(self, project: str, queue: str, midnight: datetime) -> list[CallRecord] | None:
        if not self._settings.private:
            return None
        found = self.calls(project, midnight)
        return [call for call in found if not queue or call.queue == queue]

    def _legs(self, since: datetime) -> Iterator[records.Leg]:
        """The records since a moment: the file of today, then older ones while they may tell."""
        for number in range(MOST_ROTATED):
            name = f"cdr/kitart.csv{f'.{number}' if number else ''}"
            text = self._manager.file(f"{self._settings.private}/{name}")
            if text is None:
                return
            found = list(records.legs(text))
            yield from found
            if found and records.moment(self._clock, found[0].began) < since:
                return


def agent_code(member: Event) -> str:
    """Whose phone a queue rings: ``PJSIP/AG-010`` is AG-010's."""
    place = member.get("StateInterface") or member.get("Location", "")
    return place.partition("/")[2].partition("@")[0]


def _agent(code: str, members: list[Event], clock: Clock) -> AgentState:
    state = _state(members)
    began = [int(each["LoginTime"]) for each in members if each.get("LoginTime", "0") != "0"]
    since = records.moment(clock, min(began)) if began else None
    return AgentState(code, code, state, since, counts_as_live=state in LIVE)


def _state(members: list[Event]) -> str:
    """An agent's state over all queues: live in one is live."""
    states = [
        PAUSED if each.get("Paused") == "1" else STATES.get(each.get("Status", "0"), "UNKNOWN")
        for each in members
    ]
    return next((each for each in states if each in LIVE), states[0] if states else NO_QUEUE)
