"""VCC Live's Database API v2 as it comes over the wire: envelopes, users, call records."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from kitart.connectors.errors import ConnectorError
from kitart.connectors.voice import AgentState, AnsweredBy, CallRecord

LIVE_STATES = frozenset(
    {
        "AFTERWORK",
        "AVAILABLE4CALL",
        "CALL",
        "EMAIL",
        "HOLD",
        "ORIGINATOR_RINGING",
        "PREWORK",
        "RINGING",
        "TICKET_BROWSING",
        "WAITING4CALL",
        "WAITING4RECALL",
    }
)
"""Working or ready on a project. Not: UNAVAILABLE (on no project), AUX (a break), unknown ones."""


class VccErrors(ConnectorError):
    """The answer's ``errors`` was not empty; ``data`` is what came along with it."""

    def __init__(self, message: str, *, permanent: bool, data: Any = None) -> None:
        super().__init__(message, permanent=permanent)
        self.data = data


def opened(body: Any, status: int, what: str) -> Any:
    """The ``response`` of an envelope.

    Raises ``VccErrors`` for errors in it, also when data came along: data beside an error is not
    to be trusted. Only what the platform calls a wrong request (417) is permanent.
    """
    if not isinstance(body, dict) or "response" not in body:
        if isinstance(body, dict) and body.get("errors"):
            raise _errors(body, status, what)
        raise ConnectorError(f"{what}: the answer is not in the form of the Database API")
    if body.get("errors") or status != 200:
        raise _errors(body, status, what)
    return body["response"]


def _errors(body: Mapping[str, Any], status: int, what: str) -> VccErrors:
    errors = body.get("errors") or []
    listed = errors if isinstance(errors, list) else [errors]
    texts = [
        str(error.get("errormessage", error)) if isinstance(error, dict) else str(error)
        for error in listed
    ]
    codes = {error.get("errorcode") for error in listed if isinstance(error, dict)}
    said = ", ".join(texts) or "no reason given"
    return VccErrors(
        f"{what}: the platform answered {status} with errors: {said}",
        permanent=status == 417 or codes == {417},
        data=body.get("response"),
    )


def parsed(content: bytes, what: str) -> Any:
    """The body as JSON, whatever its content type says; a ``ConnectorError`` for anything else."""
    try:
        return json.loads(content)
    except ValueError:
        raise ConnectorError(f"{what}: the answer is not JSON") from None


def rows_of(response: Any, what: str) -> list[dict[str, Any]]:
    """A list of objects, or a ``ConnectorError``."""
    if not isinstance(response, list) or not all(isinstance(row, dict) for row in response):
        raise ConnectorError(f"{what}: expected a list of objects")
    return response


def agent_state(row: Mapping[str, Any], zone: ZoneInfo) -> AgentState:
    """One logged-in user; the id comes as ``userId`` or ``userid``."""
    user_id = row.get("userId", row.get("userid"))
    if user_id is None:
        raise ConnectorError("onlineusers: a row has neither userId nor userid")
    state = str(row.get("state", ""))
    return AgentState(
        user_id=str(user_id),
        username=str(row.get("username", "")),
        state=state,
        since=moment(row.get("stateChangedAt"), zone),
        counts_as_live=state in LIVE_STATES,
    )


def call_record(row: Mapping[str, Any], zone: ZoneInfo) -> CallRecord:
    """One call detail record; a ``ConnectorError`` where it has no identifier or no time."""
    call_id = row.get("uuid")
    started_at = _first_moment(row, zone)
    if not call_id or started_at is None:
        raise ConnectorError("cdrs: a record has no uuid or no time")
    talk_s = _seconds(row, "talktime")
    length_s = _seconds(row, "billingtime")
    user_id = row.get("userid", row.get("userId"))
    return CallRecord(
        call_id=str(call_id),
        project=str(row.get("projectid", "")),
        line=str(row.get("destination", "")),
        caller=str(row.get("source", "")),
        queue=str(row.get("queue_label") or ""),
        started_at=started_at,
        answered_by=_answered_by(row, user_id, talk_s, length_s),
        user_id=str(user_id) if user_id else None,
        talk_s=talk_s,
        length_s=length_s,
        waited_s=_seconds(row, "queuetime") if row.get("queuetime") is not None else None,
    )


def _answered_by(
    row: Mapping[str, Any], user_id: Any, talk_s: float, length_s: float
) -> AnsweredBy:
    """Who answered. A caller who came into a queue and never spoke with an agent is lost, though
    the time before and in the queue is billed; without a queue a billed call met a recording."""
    if user_id and talk_s > 0:
        return "agent"
    queued = bool(row.get("queue_label")) or _seconds(row, "queuetime") > 0
    return "system" if length_s > 0 and not queued else "nobody"


def _first_moment(row: Mapping[str, Any], zone: ZoneInfo) -> datetime | None:
    for name, of_zone in (
        ("start_ts_utc", ZoneInfo("UTC")),
        ("start_ts", zone),
        ("billing_ts_utc", ZoneInfo("UTC")),
        ("billing_ts", zone),
    ):
        if found := moment(row.get(name), of_zone):
            return found
    return None


def moment(value: Any, zone: ZoneInfo) -> datetime | None:
    """A time as the platform writes it (text, in ``zone`` if it names none; or epoch seconds)."""
    if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
        return datetime.fromtimestamp(value, UTC)
    if not isinstance(value, str) or not value.strip() or value.startswith("0000"):
        return None
    try:
        found = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)


def _seconds(row: Mapping[str, Any], name: str) -> float:
    value = row.get(name)
    try:
        return float(value) if value is not None else 0.0
    except (TypeError, ValueError):
        return 0.0


def total_of(response: Any, what: str) -> tuple[Sequence[dict[str, Any]], int]:
    """Rows and total number of a page of call records (the total also comes as text)."""
    if not isinstance(response, dict):
        raise ConnectorError(f"{what}: expected rows and totalCount")
    rows = rows_of(response.get("rows"), what)
    try:
        return rows, int(response.get("totalCount", len(rows)))
    except (TypeError, ValueError):
        raise ConnectorError(f"{what}: totalCount is not a number") from None
