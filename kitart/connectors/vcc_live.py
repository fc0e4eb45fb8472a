"""VCC Live through its Database API v2: agents, call records, health.

The platform has no call that switches a line. The lever is the IVR webhook, through which it asks
us for the mode of a line; so switching here writes the mode that we serve (R38).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from requests.exceptions import SSLError

from kitart.clock import Clock, SteadyClock, as_utc, monotonic_s
from kitart.connectors.errors import ConnectorError
from kitart.connectors.http import HostPaused, HttpClient, Unreachable
from kitart.connectors.vcc_wire import agent_state, call_record, opened, parsed, rows_of, total_of
from kitart.connectors.voice import (
    Ability,
    AgentState,
    CallRecord,
    Capabilities,
    EmergencyMode,
    NotCapable,
    PlatformHealth,
    QueueStats,
    RoutingModes,
    RoutingState,
    Voicemail,
    ordered,
)
from kitart.settings import VccSettings

PLATFORM = "VCC Live"
MOST_ROWS = 500
ANY_STATUS = range(100, 600)
WHY_NOT: dict[Ability, str] = {
    "live_queue_stats": "its figures come from call records, which are minutes late",
    "voicemails": "its interface does not list messages; look into the box and make a test call",
    "voicemail_sound": "its interface gives no sound of a message; listen to the box",
}


class VccLive:
    """The plan's VCC as a ``VoicePlatform``.

    ``zone`` is the time zone of the account, for times that come without one; ``clock`` says
    which days to ask call records for.
    """

    def __init__(
        self,
        settings: VccSettings,
        routing: RoutingModes,
        *,
        clock: Clock | None = None,
        zone: str = "Europe/Budapest",
        timeout_s: tuple[float, float] = (3.05, 5.0),
    ) -> None:
        self._http = HttpClient(
            settings.base_url,
            ca_file=settings.ca_file,
            auth=(settings.user, settings.password.get_secret_value()),
            timeout_s=timeout_s,
            name=PLATFORM,
        )
        self._modes = routing
        self._clock = clock or SteadyClock()
        self._zone = ZoneInfo(zone)
        self._down: PlatformHealth | None = None
        self._ids: dict[str, str] = {}

    def health(self) -> PlatformHealth:
        """Whether the platform answers; never raises (R43, E41).

        Down: no answer, or a server error. Unknown: we are refused, told to wait, don't trust the
        certificate or can't read the answer; that says nothing about callers, so it is never up.
        """
        began_s = monotonic_s()
        health = self._probe(began_s)
        self._down = health if health.state == "down" else None
        return health

    def _probe(self, began_s: float) -> PlatformHealth:
        try:
            response = self._http.request("GET", "/v2/onlineusers", expected=ANY_STATUS)
            status = response.status_code
            seen = _health_of_status(status, monotonic_s() - began_s)
            if seen is not None:
                return seen
            what = f"{PLATFORM}: GET /v2/onlineusers"
            users = rows_of(opened(parsed(response.content, what), status, what), what)
        except HostPaused as paused:
            # Asked to wait after a server error: what was last seen is the best that is known.
            return self._down or PlatformHealth("unknown", paused.message, 0.0)
        except Unreachable as error:
            # A certificate we don't trust is a fault between us and them: callers may be well.
            ours = isinstance(error.__context__, SSLError)
            return PlatformHealth(
                "unknown" if ours else "down", error.message, monotonic_s() - began_s
            )
        except ConnectorError as error:
            return PlatformHealth("unknown", error.message, monotonic_s() - began_s)
        detail = f"{PLATFORM} answers; {len(users)} agents are logged in"
        return PlatformHealth("up", detail, monotonic_s() - began_s, len(users))

    def agents(self, project: str | None = None) -> list[AgentState]:
        """The agents logged in, of all projects or of one (E18, R21)."""
        path = "/v2/onlineusers" + (f"/{self._project_id(project)}" if project else "")
        rows = rows_of(self._get(path), "onlineusers")
        return [agent_state(row, self._zone) for row in rows]

    def projects(self) -> dict[str, str]:
        """The platform's projects: name to number."""
        rows = rows_of(self._get("/v2/projects"), "projects")
        return {str(row.get("name", "")): str(row.get("projectid")) for row in rows}

    def users(self) -> dict[str, str]:
        """Everybody whom the platform knows, also who is not logged in: number to name (c7)."""
        rows = rows_of(self._get("/v2/users"), "users")
        return {str(row.get("userid")): str(row.get("username", "")) for row in rows}

    def queue_stats(self, queue: str) -> QueueStats:
        """Today's figures of ``queue`` (``<project id>`` or ``<project id>/<queue's label>``).

        Counted from call records, so some minutes late; callers waiting now are not known.
        """
        project, _, label = queue.partition("/")
        now = self._clock.now()
        midnight = now.astimezone(self._zone).replace(hour=0, minute=0, second=0, microsecond=0)
        calls = [
            call
            for call in self.calls(project, as_utc(midnight))
            if not label or call.queue == label
        ]
        answered = sum(call.answered_by == "agent" for call in calls)
        return QueueStats(
            queue=queue,
            snapshot_time=now,
            live=False,
            # Agents are known by project only: none can be counted for one queue of several.
            agents_live=None if label else self._live_on(project),
            waiting=None,
            offered=len(calls),
            answered=answered,
            lost=sum(call.answered_by == "nobody" for call in calls),
        )

    def _live_on(self, project: str) -> int:
        return sum(agent.counts_as_live for agent in self.agents(project))

    def routing(self, line: str) -> RoutingState:
        """The mode that our IVR webhook serves for ``line``."""
        return RoutingState.of(self._modes.read(line))

    def set_emergency(
        self,
        line: str,
        on: bool,
        expected_version: int,
        *,
        set_by: str,
        mode: EmergencyMode = "voicemail",
    ) -> RoutingState:
        """Serve ``mode`` (or normal) for ``line`` from now on, and read it back (R38, D5)."""
        wanted = ordered(on, mode, set_by)
        written = self._modes.write(line, wanted, expected_version, set_by)
        seen = self._modes.read(line)
        if (seen.mode, seen.version) != (written.mode, written.version):
            raise ConnectorError(
                f"line {line} was set to {wanted} but reads {seen.mode} "
                f"(version {seen.version}): look at it again"
            )
        return RoutingState.of(seen)

    def voicemails(self, line: str, since: datetime) -> list[Voicemail]:
        """Not possible here: a person looks into the box (E45)."""
        raise NotCapable(PLATFORM, "voicemails", WHY_NOT["voicemails"])

    def voicemail_sound(self, voicemail: Voicemail) -> bytes:
        """Not possible here: a person listens to the box (E45)."""
        raise NotCapable(PLATFORM, "voicemail_sound", WHY_NOT["voicemail_sound"])

    def calls(
        self, project: str, since: datetime, until: datetime | None = None
    ) -> list[CallRecord]:
        """Records of the calls that began since ``since`` (and before ``until``), oldest first; the
        last minutes may still be missing (R23)."""
        since = as_utc(since).replace(microsecond=0)  # records have whole seconds only
        until = as_utc(until) if until is not None else None
        project = self._project_id(project)
        found: dict[str, CallRecord] = {}
        for day in self._days(since, until):
            for row in self._day_rows(project, day):
                call = call_record(row, self._zone)
                if call.started_at >= since and (until is None or call.started_at < until):
                    found[call.call_id] = call
        return sorted(found.values(), key=lambda call: (call.started_at, call.call_id))

    def capabilities(self) -> Capabilities:
        """What VCC Live can do; switching is by our own IVR webhook."""
        can: frozenset[Ability] = frozenset(
            {"agents", "queue_stats", "routing", "set_emergency", "calls"}
        )
        return Capabilities(PLATFORM, can, WHY_NOT)

    def close(self) -> None:
        """Close the kept connections."""
        self._http.close()

    def _days(self, since: datetime, until: datetime | None) -> Iterator[date]:
        """The days to ask for: local and UTC ones, as which of them counts is not documented."""
        now = self._clock.now() if until is None else min(until, self._clock.now())
        day = min(since.date(), since.astimezone(self._zone).date())
        last = max(now.date(), now.astimezone(self._zone).date())
        while day <= last:
            yield day
            day += timedelta(days=1)

    def _project_id(self, project: str) -> str:
        """The platform's number of a project: itself, or looked up once by its name there."""
        if project.isdigit():
            return project
        if project.casefold() not in self._ids:
            self._ids = {name.casefold(): number for name, number in self.projects().items()}
        found = self._ids.get(project.casefold())
        if found is None:
            raise ConnectorError(
                f"{PLATFORM} has no project named {project!r}: name it there as in the plan",
                permanent=True,
            )
        return found

    def _day_rows(self, project: str, day: date) -> Iterator[dict[str, Any]]:
        """All records of a day, page by page. Records may arrive between two pages: a shift shows
        a record twice, never hides one, and the caller takes each once."""
        path = f"/v2/cdrs/{day:%Y/%m/%d}"
        start = 0
        while True:
            params = {"projectid": project, "start": start, "num": MOST_ROWS}
            rows, total = total_of(self._get(path, params), "cdrs")
            yield from rows
            start += len(rows)
            if not rows or start >= total:
                return

    def _get(self, path: str, params: dict[str, Any] | None = None) -> Any:
        what = f"{PLATFORM}: GET {path}"
        response = self._http.request("GET", path, params=params, expected=(200, 417, 500))
        return opened(parsed(response.content, what), response.status_code, what)


def _health_of_status(status: int, latency_s: float) -> PlatformHealth | None:
    """What a status alone says; None where the body decides."""
    if status in (401, 403):
        detail = f"our access is refused ({status}): check user, token and registered address"
        return PlatformHealth("unknown", detail, latency_s)
    if status == 429:
        return PlatformHealth("unknown", "we ask too often and are told to wait", latency_s)
    if status >= 500:
        return PlatformHealth("down", f"{PLATFORM} answers with an error ({status})", latency_s)
    if status not in (200, 417):
        return PlatformHealth("unknown", f"unexpected answer ({status})", latency_s)
    return None
