"""Switching a line: the order, and what a caller then meets (E41, E45)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from fastapi import FastAPI, Response

from kitart.connectors.errors import ConnectorError
from kitart.connectors.voice import RoutingConflict, RoutingMode
from sandbox.server import SandboxServer

ALPHA, BRAVO = 11, 12
LINE = "+3615550001"


@pytest.fixture
def webhook(vcc: Any) -> Iterator[dict[str, Any]]:
    """Our IVR webhook, serving the modes kept; ``fails`` makes it answer 500."""
    seen: dict[str, Any] = {"fails": False, "text": False, "asked": []}
    app = FastAPI()

    @app.get("/ivr/secret")
    def mode(line: str, project: str, uuid: str) -> Response:
        seen["asked"].append((line, project, uuid))
        if seen["fails"]:
            return Response("broken", 500)
        said = vcc.modes.read(line).mode
        if seen["text"]:
            return Response(said, media_type="text/plain")
        return Response(f'{{"mode": "{said}"}}', media_type="application/json")

    with SandboxServer(app) as server:
        vcc.state.ivr_url = (
            f"{server.url}/ivr/secret?line=${{destination}}&project=${{projectid}}&uuid=${{uuid}}"
        )
        yield seen


def call(vcc: Any, **order: Any) -> dict[str, Any]:
    answer = requests.post(
        f"{vcc.server.url}/sandbox/call",
        json={"project": ALPHA, "line": LINE, **order},
        verify=vcc.ca_file,
        timeout=5,
    )
    answer.raise_for_status()
    return dict(answer.json())


@pytest.mark.covers("R38", "R42", "E45")
def test_after_the_switch_a_caller_reaches_voicemail_and_after_switching_back_an_agent(
    vcc: Any, webhook: dict[str, Any]
) -> None:
    client = vcc.client()
    since = vcc.clock.now()
    assert call(vcc)["answered_by"] == "AG-001"

    state = client.set_emergency(LINE, True, 0, set_by="AM-1")
    assert (state.mode, state.emergency, state.version, state.set_by) == (
        "voicemail",
        True,
        1,
        "AM-1",
    )
    vcc.clock.advance(minutes=1)
    met = call(vcc)
    assert (met["answered_by"], met["ivr"]) == ("voicemail", "asked")
    assert len(vcc.state.voicemails) == 1

    client.set_emergency(LINE, False, 1, set_by="AM-1")
    assert not client.routing(LINE).emergency
    vcc.clock.advance(minutes=1)
    assert call(vcc)["answered_by"] == "AG-001"
    answered_by = [record.answered_by for record in client.calls(str(ALPHA), since)]
    assert answered_by == ["agent", "system", "agent"]
    assert [asked[:2] for asked in webhook["asked"]] == [(LINE, str(ALPHA))] * 3


def test_a_notice_is_served_and_text_is_understood_as_well_as_json(
    vcc: Any, webhook: dict[str, Any]
) -> None:
    webhook["text"] = True
    vcc.client().set_emergency(LINE, True, 0, set_by="AM-1", mode="notice")
    assert call(vcc)["answered_by"] == "notice"


@pytest.mark.covers("E41")
def test_the_flow_takes_its_safe_branch_when_our_webhook_fails(
    vcc: Any, webhook: dict[str, Any]
) -> None:
    vcc.client().set_emergency(LINE, True, 0, set_by="AM-1")
    webhook["fails"] = True
    met = call(vcc)
    assert (met["mode"], met["answered_by"]) == ("normal", "AG-001")
    assert met["ivr"].startswith("safe branch")


@pytest.mark.covers("E41")
def test_an_order_during_an_outage_is_kept_but_a_test_call_shows_that_nobody_answers(
    vcc: Any, webhook: dict[str, Any]
) -> None:
    vcc.state.outage = "down"
    assert vcc.client().set_emergency(LINE, True, 0, set_by="AM-1").emergency
    met = call(vcc)
    assert (met["answered"], met["ivr"]) == (False, "not reached")
    assert webhook["asked"] == []
    assert vcc.state.calls == []


@pytest.mark.covers("D5")
def test_a_second_switch_from_an_old_view_is_refused_and_shows_who_was_first(vcc: Any) -> None:
    client = vcc.client()
    client.set_emergency(LINE, True, 0, set_by="AM-1")
    with pytest.raises(RoutingConflict, match=r"at version 1 \(voicemail by AM-1\)") as caught:
        client.set_emergency(LINE, False, 0, set_by="AM-2")
    assert caught.value.permanent
    assert caught.value.current.mode == "voicemail"
    assert client.routing(LINE).mode == "voicemail"


@pytest.mark.covers("D5")
def test_nobody_can_switch_without_a_name(vcc: Any) -> None:
    with pytest.raises(ValueError, match="set_by is empty"):
        vcc.client().set_emergency(LINE, True, 0, set_by=" ")
    assert vcc.client().routing(LINE).version == 0


@pytest.mark.covers("E45")
def test_a_switch_that_does_not_read_back_is_an_error(
    vcc: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = vcc.client()
    monkeypatch.setattr(vcc.modes, "read", lambda line: RoutingMode(line, "normal", 0))
    with pytest.raises(ConnectorError, match="was set to voicemail but reads normal"):
        client.set_emergency(LINE, True, 0, set_by="AM-1")


def test_nobody_ready_means_a_lost_call(vcc: Any) -> None:
    vcc.state.put_agents(["AG-001", "AG-002"], "UNAVAILABLE")
    since = vcc.clock.now()
    assert call(vcc)["answered"] is False
    assert [record.answered_by for record in vcc.client().calls(str(ALPHA), since)] == ["nobody"]


def test_an_agent_who_is_not_on_the_project_can_not_answer_its_calls(vcc: Any) -> None:
    assert call(vcc, answered_by="AG-002")["answered_by"] == "AG-002"
    assert call(vcc, answered_by="AG-003")["answered"] is False
    vcc.state.put_agents(["AG-002"], None)
    assert call(vcc, answered_by="AG-002")["answered"] is False


@pytest.mark.covers("E41")
def test_calls_go_on_while_only_the_interface_fails(vcc: Any) -> None:
    vcc.state.outage = "errors"
    assert vcc.client().health().state == "down"
    assert call(vcc)["answered_by"] == "AG-001"


def test_the_state_is_shown_to_the_outside(vcc: Any) -> None:
    call(vcc, answered_by="AG-002")
    shown = requests.get(f"{vcc.server.url}/sandbox/state", verify=vcc.ca_file, timeout=5).json()
    assert (shown["outage"], shown["online"], shown["calls"]) == ("up", 4, 1)
    bad = requests.put(
        f"{vcc.server.url}/sandbox/agents",
        json={"agents": ["AG-001"], "state": "ASLEEP"},
        verify=vcc.ca_file,
        timeout=5,
    )
    assert (bad.status_code, "one of AFTERWORK" in bad.json()["detail"]) == (422, True)
