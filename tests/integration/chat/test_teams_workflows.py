"""Cards to Teams by a workflow's address, which nobody may read (E43, D16)."""

from __future__ import annotations

import logging
from typing import Any

import pytest
import requests

from kitart.connectors.errors import ConnectorError
from kitart.connectors.http import HostPaused
from kitart.messaging.cards import card

NAME = "ert-1-teams"
CARD = card(
    "INC-0142: can you take it? Answer by 14:05", "VCC is down.\n\nhttps://k.example/a/1", "en"
)


def secrets_of(teams: Any) -> tuple[str, ...]:
    return teams.workflow.signature, teams.workflow.number, teams.url.removeprefix("https://")


@pytest.mark.covers("D16")
def test_a_card_arrives_as_it_was_made_and_the_run_is_its_number(
    teams: Any, certificate: Any
) -> None:
    run = teams.client.post(NAME, CARD)
    (shown,) = requests.get(
        f"{teams.url}/sandbox/teams", timeout=5, verify=str(certificate.ca_file)
    ).json()
    assert (shown["chat"], shown["content"], shown["run"]) == (NAME, CARD, run)
    assert run


@pytest.mark.parametrize(
    ("fault", "words", "permanent"),
    [
        ({"status": 400}, "does not take the card", True),
        ({"status": 401}, "signature is wrong", True),
        ({"status": 404}, "no such workflow, or it is turned off", True),
        ({"status": 502}, "it is not taken (502)", False),
    ],
)
def test_a_refusal_is_said_in_words_that_name_no_address(
    teams: Any, fault: dict[str, Any], words: str, permanent: bool
) -> None:
    body = {"error": {"code": "Some.Code", "message": f"workflow {teams.workflow.number}"}}
    teams.faults.set("POST /workflows/*", "status", body=body, **fault)
    with pytest.raises(ConnectorError) as caught:
        teams.client.post(NAME, CARD)
    assert words in caught.value.message
    assert caught.value.permanent is permanent
    assert not any(secret in caught.value.message for secret in secrets_of(teams))
    teams.faults.clear()
    assert teams.client.post(NAME, CARD)


def test_the_stand_in_refuses_a_wrong_signature_and_what_is_no_card(teams: Any) -> None:
    wrong = teams.client_for(f"{teams.url}{teams.workflow.path[:-4]}AAAA")
    with pytest.raises(ConnectorError, match="signature is wrong") as caught:
        wrong.post(NAME, CARD)
    assert caught.value.permanent
    gone = teams.client_for(f"{teams.url}/workflows/none/triggers/manual/paths/invoke?sig=x")
    with pytest.raises(ConnectorError, match=r"404, WorkflowNotFound"):
        gone.post(NAME, CARD)
    with pytest.raises(ConnectorError, match="TriggerInputSchemaMismatch"):
        teams.client.post(NAME, {"type": "nothing"})
    with pytest.raises(ConnectorError, match="larger than 28 KB"):
        teams.client.post(NAME, card("s", "x" * 30_000, "en"))
    assert teams.state.cards == []


def test_too_many_at_once_pause_the_host_and_the_pause_names_no_address(teams: Any) -> None:
    teams.faults.set("POST /workflows/*", "throttle", retry_after=30, times=1)
    with pytest.raises(ConnectorError, match="too many cards at once") as first:
        teams.client.post(NAME, CARD)
    assert (first.value.permanent, first.value.retry_after_s) == (False, 30)
    with pytest.raises(HostPaused, match="asked us to wait") as second:
        teams.client.post(NAME, CARD)
    assert not any(secret in second.value.message for secret in secrets_of(teams))


@pytest.mark.parametrize(
    ("kind", "options"), [("reset", {}), ("lost_answer", {}), ("delay", {"seconds": 3})]
)
def test_no_answer_may_pass_and_it_is_said_that_nothing_is_known(
    teams: Any, kind: str, options: dict[str, Any]
) -> None:
    teams.faults.set("POST /workflows/*", kind, **options)
    with pytest.raises(ConnectorError, match="not known whether the card was accepted") as caught:
        teams.client.post(NAME, CARD)
    assert not caught.value.permanent
    assert not any(secret in caught.value.message for secret in secrets_of(teams))


def test_no_log_has_the_address(teams: Any, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        teams.client.post(NAME, CARD)
        teams.client.reach(NAME)
        with pytest.raises(ConnectorError):
            teams.client_for("https://127.0.0.1:1/workflows/secret-path?sig=secret").post(
                NAME, CARD
            )
    assert not any(secret in caplog.text for secret in (*secrets_of(teams)[:2], "secret-path"))


def test_reaching_the_host_calls_no_workflow(teams: Any) -> None:
    teams.client.reach(NAME)
    assert teams.state.cards == []
    untrusting = type(teams.client)(teams.settings.model_copy(update={"ca_file": None}))
    with pytest.raises(ConnectorError, match="TLS failed"):
        untrusting.reach(NAME)


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1/workflows/secret", "secret", "https://", "https://[secret", ""]
)
def test_what_is_no_workflows_address_is_refused_by_name_alone(teams: Any, address: str) -> None:
    with pytest.raises(ConnectorError, match="is not the https address") as caught:
        teams.client_for(address).post(NAME, CARD)
    assert caught.value.permanent
    assert "secret" not in caught.value.message
    with pytest.raises(ConnectorError, match="has no address for 'nobody'"):
        teams.client.post("nobody", CARD)
