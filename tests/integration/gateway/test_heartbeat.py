"""The sign of life to the outside: sent while all of ours works, kept back otherwise."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response
from pydantic import SecretStr, ValidationError
from typer.testing import CliRunner

from kitart import cli
from kitart.clock import real_now
from kitart.gateway import vital
from kitart.gateway.heartbeat import Heartbeat
from kitart.journal import health, messages
from kitart.orchestrator import OrchestratorError, PrefectSeen
from kitart.settings import HeartbeatSettings
from sandbox.server import SandboxServer

pytestmark = pytest.mark.covers("D15", "D21")


class Outside:
    """A service that counts signs of life, on loopback."""

    def __init__(self) -> None:
        self.beats: list[str] = []
        self.status = 200
        app = FastAPI()

        @app.api_route("/ping/secret-id", methods=["GET", "POST"])
        def ping(request: Request) -> Response:
            self.beats.append(request.method)
            return Response(status_code=self.status)

        self.server = SandboxServer(app).start()


@pytest.fixture
def outside() -> Iterator[Outside]:
    one = Outside()
    yield one
    one.server.stop()


@pytest.fixture
def heart(place: Any, outside: Outside) -> Heartbeat:
    place.inst.settings.heartbeat = HeartbeatSettings(
        url=SecretStr(f"{outside.server.url}/ping/secret-id")
    )
    place.workers = 1
    return Heartbeat(place.inst, lambda: PrefectSeen("3.8.8", (), place.workers))


def watch_looked(place: Any, minutes_ago: float = 0, *, ok: bool = True) -> None:
    with place.inst.journal.write() as session:
        health.mark(
            session, health.WATCH, ok, "2 of 2 systems answer" if ok else "our own line",
            now=place.clock.now(), real_now=real_now() - timedelta(minutes=minutes_ago),
        )  # fmt: skip


def standing(place: Any) -> Any:
    with place.inst.journal.read() as session:
        return health.marks(session)[health.HEARTBEAT]


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_sign_goes_out_while_everything_works(
    place: Any, heart: Heartbeat, outside: Outside, method: Any
) -> None:
    place.inst.settings.heartbeat.method = method
    watch_looked(place)
    assert heart.once() == ""
    assert outside.beats == [method.upper()]
    assert standing(place).ok


def test_a_worker_that_takes_no_runs_keeps_it_back_and_the_reason_is_said(
    place: Any, heart: Heartbeat, outside: Outside, caplog: pytest.LogCaptureFixture
) -> None:
    watch_looked(place)
    assert heart.once() == ""
    # It says of itself that it is online, and no round of the watch has come for four minutes.
    watch_looked(place, minutes_ago=4)
    said = heart.once()
    assert said == "health watch: looked last 4 minutes ago: no runs are taken"
    assert "no sign of life is sent: health watch" in caplog.text
    assert standing(place).said == said
    assert len(outside.beats) == 1
    watch_looked(place)
    assert heart.once() == ""
    assert len(outside.beats) == 2


def test_without_a_worker_none_goes_out(place: Any, heart: Heartbeat, outside: Outside) -> None:
    watch_looked(place)
    place.workers = 0
    assert heart.once() == "worker: none is online: no run begins"
    assert outside.beats == []


def test_a_prefect_that_is_away_keeps_it_back(place: Any, outside: Outside) -> None:
    def away() -> PrefectSeen:
        raise OrchestratorError("Prefect does not answer")

    watch_looked(place)
    said = vital.reasons(vital.look(place.inst, away))
    assert said == "worker: Prefect does not answer"


def test_before_the_first_look_none_goes_out(
    place: Any, heart: Heartbeat, outside: Outside
) -> None:
    assert heart.once().startswith("health watch: has never looked")
    assert outside.beats == []


def test_a_suspected_line_of_ours_keeps_it_back(
    place: Any, heart: Heartbeat, outside: Outside
) -> None:
    watch_looked(place, ok=False)
    assert heart.once() == "health watch: our own line"
    assert outside.beats == []


def test_a_full_disk_keeps_it_back(place: Any, heart: Heartbeat, outside: Outside) -> None:
    watch_looked(place)
    place.inst.settings.heartbeat.least_free_mb = 10**9
    assert heart.once().startswith("disk: ")
    assert outside.beats == []


def test_a_gateway_that_does_not_answer_keeps_it_back(
    place: Any, heart: Heartbeat, outside: Outside
) -> None:
    watch_looked(place)
    place.server.stop()
    assert heart.once().startswith("gateway: ")
    assert outside.beats == []
    place.server = place._new_server().start()


def test_messages_that_pile_up_keep_it_back(place: Any, heart: Heartbeat, outside: Outside) -> None:
    watch_looked(place)
    place.inst.settings.heartbeat.most_messages_late = 0
    place.post_alerts(place.alert())
    (first, *_) = place.eventually(lambda: place.messages("ert-alarm"), "the alarm")
    # One that nobody's loop takes up again: its sender died while it was sending.
    left = messages.Outgoing(
        "a message whose sender died", first.incident, "ert-alarm", "ERT-1", "ERT", "sms",
        "+3611111111", "", "text",
    )  # fmt: skip
    with place.inst.journal.write() as session:
        begun = real_now() - timedelta(minutes=11)
        assert messages.claim(session, left, now=place.clock.now(), real_now=begun) is not None
    assert heart.once() == "messages: 1 unsent for more than 10 minutes"
    assert outside.beats == []


def test_a_service_that_refuses_it_is_said_without_its_address(
    place: Any, heart: Heartbeat, outside: Outside
) -> None:
    watch_looked(place)
    outside.status = 404
    said = heart.once()
    assert said.startswith("it did not arrive: heartbeat: GET")
    assert "secret-id" not in said


def test_an_address_that_is_none_is_refused_without_being_repeated() -> None:
    with pytest.raises(ValidationError, match="right would be https://hc") as trouble:
        HeartbeatSettings(url=SecretStr("ftp://secret"))
    assert "ftp://secret" not in str(trouble.value.errors()[0]["msg"])


def test_the_command_says_what_fails(
    place: Any, heart: Heartbeat, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch_looked(place, minutes_ago=4)
    heart.once()
    monkeypatch.setattr(cli, "settings", lambda: place.inst.settings)
    monkeypatch.setattr("kitart.orchestrator.look_at_prefect", lambda: PrefectSeen("3.8.8", (), 1))
    shown = CliRunner().invoke(cli.app, ["watch", "status"])
    assert shown.exit_code == 1
    assert "health watch   FAILS looked last 4 minutes ago" in shown.output
    assert "kept back since" in shown.output
    watch_looked(place)
    heart.once()
    shown = CliRunner().invoke(cli.app, ["watch", "status", "--json"])
    assert shown.exit_code == 0, shown.output
    found = json.loads(shown.output)
    assert found["ok"] is True
    assert found["sign_of_life"]["ok"] is True
    assert {each["part"] for each in found["own_parts"]} == {
        "journal", "health watch", "worker", "disk", "messages", "gateway",
    }  # fmt: skip
