"""Callers at the stand-in of VCC Live: the IVR asks for the line's mode, then someone answers."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import requests

from sandbox.calling import call
from sandbox.vcc_state import TIME_FORMAT, VccCall, VccState, new_call_id

IVR_S = 3
WAITED_IN_VAIN_S = 40
TALK_S = 60
MESSAGE_S = 8


def place_call(
    state: VccState,
    project: int,
    line: str,
    answered_by: str | int | None = None,
    source: str = "+3610000000",
    queue: str = "",
) -> dict[str, Any]:
    """One call, from dialling to its end, at once; what the caller met.

    While the platform is down nobody answers and no record is made. Otherwise the IVR asks our
    webhook for the mode: ``voicemail`` takes a message, ``notice`` plays a text, all else goes to
    an agent: the one named, if on the project, or the first who is ready for the line, or nobody.
    ``LookupError`` for an unknown agent.
    """
    uuid = new_call_id()
    now = state.clock.now()
    met = {"uuid": uuid, "project": project, "line": line, "at": now.isoformat()}
    if state.outage == "down":
        lost = {**met, "answered": False, "answered_by": None, "mode": None, "ivr": "not reached"}
        with state.lock:
            state.lost_in_outage.append(lost)
            state.told.append(lost)
        return lost
    mode, said = _mode(state, project, line, source, uuid)
    agent = None
    if mode not in ("voicemail", "notice") and answered_by != "nobody":
        ready = state.ready(project, line)
        if answered_by is not None:
            named = state.agent(answered_by)
            ready = [named] if named in state.online(project) else []
        agent = ready[0] if ready else None
    placed = _call(
        state, uuid, project, line, source, queue, mode, agent.user_id if agent else None
    )
    by = agent.username if agent else mode if mode in ("voicemail", "notice") else None
    told = {**met, "answered": by is not None, "answered_by": by, "mode": mode, "ivr": said}
    with state.lock:
        state.calls.append(placed)
        state.told.append(told)
        if mode == "voicemail":
            state.voicemails.append({**met, "source": source, "length_s": MESSAGE_S})
    return told


def _call(
    state: VccState,
    uuid: str,
    project: int,
    line: str,
    source: str,
    queue: str,
    mode: str,
    user_id: int | None,
) -> VccCall:
    recorded = mode in ("voicemail", "notice")
    queue_s = 0 if recorded else 5 if user_id else WAITED_IN_VAIN_S
    talk_s = TALK_S if user_id else 0
    ivr_s = IVR_S + (MESSAGE_S if recorded else 0)
    label = "" if recorded else queue or f"queue-{project}"
    now = state.clock.now()
    return VccCall(uuid, project, line, source, label, now, user_id, ivr_s, queue_s, talk_s)


def _mode(state: VccState, project: int, line: str, source: str, uuid: str) -> tuple[str, str]:
    """The mode that our webhook gives, else the safe one; and how it came."""
    if not state.ivr_url:
        return state.safe_mode, "no webhook set up"
    values = {
        "customer": state.user,
        "projectid": str(project),
        "source": source,
        "destination": line,
        "uuid": uuid,
    }
    url = re.sub(
        r"\$\{(\w+)\}", lambda name: quote(values.get(name[1], ""), safe=""), state.ivr_url
    )
    try:
        answer = call("GET", url, timeout_s=state.ivr_timeout_s)
        answer.raise_for_status()
        mode = _said(answer)
    except (requests.RequestException, ValueError) as error:
        return state.safe_mode, f"safe branch: {type(error).__name__}"
    return mode, "asked"


def _said(answer: requests.Response) -> str:
    """JSON variables, of which ``mode`` counts; or plain text that is the mode itself."""
    if "json" in answer.headers.get("Content-Type", ""):
        mode = answer.json().get("mode", "")
    else:
        mode = answer.text.strip()
    if mode not in ("normal", "voicemail", "notice"):
        raise ValueError(f"the webhook said {mode!r}")
    return str(mode)


def record_row(state: VccState, record: VccCall) -> dict[str, Any]:
    """A call record as the API gives it: times without a zone, beside those in UTC."""
    agent = next((agent for agent in state.agents if agent.user_id == record.user_id), None)
    answered_at = record.started_at + timedelta(seconds=1)
    return {
        "uuid": record.uuid,
        "projectid": record.project_id,
        "source": record.source,
        "destination": record.line,
        "direction": "inbound",
        "userid": record.user_id,
        "userfullname": agent.username if agent else "",
        "queue_label": record.queue or None,
        "start_ts": state.local(record.started_at).strftime(TIME_FORMAT),
        "start_ts_utc": f"{record.started_at:{TIME_FORMAT}}",
        "billing_ts": state.local(answered_at).strftime(TIME_FORMAT),
        "billing_ts_utc": f"{answered_at:{TIME_FORMAT}}",
        "ringtime": 1,
        "beforequeuetime": record.ivr_s,
        "queuetime": record.queue_s,
        "talktime": record.talk_s,
        "billingtime": record.ivr_s + record.queue_s + record.talk_s,
        "holdtime": 0,
        "afterwork": 0,
        "dispositionreach": 2 if record.talk_s else 1,
        "dc": "16",
    }
