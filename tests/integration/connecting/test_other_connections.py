"""What is said of plan, journal, Prefect, gateway, phone system, SMS, mail and monitoring."""

from __future__ import annotations

import shutil
import socket
from pathlib import Path
from typing import Any

import pytest
import requests
from pydantic import SecretStr

from kitart.clock import monotonic_s, real_now
from kitart.connecting.house import gateway_checks
from kitart.connecting.messages import CONNECTORS
from kitart.connectors.errors import ConnectorError
from kitart.journal import health
from kitart.journal.messages import Outgoing
from kitart.messaging.channels import send_by
from kitart.orchestrator import OrchestratorError, PrefectSeen
from kitart.settings import HOUSE, HeartbeatSettings
from sandbox.server import SandboxServer
from sandbox.smtp import SandboxSmtp, SmtpState
from sandbox.tls import issue_certificate


def by_name(lines) -> dict[str, Any]:
    return {f"{line.connection}/{line.name}": line for line in lines}


def test_with_everything_set_up_nothing_is_missing(place) -> None:
    place.world.vcc.put_agents([place.world.vcc.agents[0].user_id], "AVAILABLE4CALL")
    place.set("heartbeat", url=SecretStr("https://hc.test/ping/id"))
    lines = place.check()
    wrong = [line for line in lines if line.state not in ("ok", "warning")]
    assert not wrong
    assert {line.connection for line in lines} == {
        "plan", "journal", "prefect", "gateway", "microsoft", "vcc", "lines", "sms", "smtp",
        "voice", "chat", "monitoring", "inputs", "heartbeat",
    }  # fmt: skip
    assert all(line.seen for line in lines)
    assert all(line.todo for line in lines if line.state == "warning")


def test_it_ends_in_time_when_nothing_ever_answers(place) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=50) as silent:
        host, port = silent.getsockname()
        url = f"http://{host}:{port}"
        place.set(gateway_url=url, database_url=f"postgresql://kitart:secret@{host}:{port}/kitart")
        place.set("microsoft", authority=url.replace("http", "https"))
        place.set("vcc", base_url=url)
        place.set("sms", base_url=url)
        place.set("smtp", host=host, port=port)
        begun_s = monotonic_s()
        lines = by_name(place.check())
    assert monotonic_s() - begun_s < 25
    for name in (
        "journal/database", "gateway/answers", "microsoft/sign-on", "vcc/sign-in", "sms/account",
        "smtp/relay",
    ):  # fmt: skip
        assert lines[name].state == "failed", lines[name]
        assert lines[name].todo
    assert lines["microsoft/write"].state == "skipped"
    assert lines["monitoring/grafana last alert"].state == "skipped"


# --- the house ---------------------------------------------------------------------------------


@pytest.mark.covers("A31")
def test_a_plan_with_faults_names_the_first_and_what_needs_it_is_not_tried(
    place, tmp_path: Path
) -> None:
    folder = tmp_path / "plan"
    shutil.copytree(HOUSE / "config", folder)
    file = folder / "monitoring.yaml"
    file.write_text(file.read_text().replace("system: MAIL,", "system: POST,").replace(
        "system: MAIL}", "system: POST}"))  # fmt: skip
    place.set(config_dir=folder)
    lines = by_name(place.check())
    assert lines["plan/check"].state == "failed"
    assert "3 errors" in lines["plan/check"].seen
    assert "POST" in lines["plan/check"].seen
    assert lines["monitoring/sources"].state == "skipped"
    assert lines["vcc/projects"].state == "skipped"
    assert lines["vcc/sign-in"].state == "ok"


def test_a_journal_that_is_missing_is_said_and_not_made(place, tmp_path: Path) -> None:
    place.set(database_url=f"sqlite:///{tmp_path / 'other' / 'journal.db'}")
    lines = by_name(place.check("journal", "monitoring"))
    assert lines["journal/database"].state == "failed"
    assert "kitart db upgrade" in lines["journal/database"].seen
    assert not (tmp_path / "other" / "journal.db").exists()
    assert lines["monitoring/grafana last alert"].state == "skipped"


def test_a_journal_at_an_address_with_a_password_never_shows_it(place) -> None:
    place.set(database_url="postgresql://kitart:very-secret@127.0.0.1:1/kitart")
    line = place.one("journal/database")
    assert line.state == "failed"
    assert "very-secret" not in line.seen
    place.set(database_url="mysql://kitart:very-secret@127.0.0.1:1/kitart")
    line = place.one("journal/database")
    assert "SQLite (a file) or PostgreSQL is needed" in line.seen
    assert "kitart:•••@127.0.0.1" in line.seen


def test_prefect_without_plans_or_worker(place) -> None:
    place.prefect = lambda: PrefectSeen("3.8.8", ("critical-system-offline/system-outage",), 0)
    lines = by_name(place.check("prefect"))
    assert lines["prefect/API"].state == "ok"
    assert lines["prefect/plans"].state == lines["prefect/worker"].state == "missing"
    assert "prefect deploy --all" in lines["prefect/plans"].todo
    assert "prefect worker start" in lines["prefect/worker"].todo


def test_prefect_away(place) -> None:
    def away() -> PrefectSeen:
        raise OrchestratorError("Prefect does not answer as it should: refused")

    place.prefect = away
    lines = place.check("prefect")
    assert [line.state for line in lines] == ["failed", "skipped", "skipped"]
    assert "PREFECT_API_URL" in lines[0].todo


@pytest.mark.parametrize(
    ("mode", "url", "state", "words"),
    [
        ("production", "https://kitart.example", "ok", "https://kitart.example"),
        ("production", "http://kitart.example", "failed", "has no TLS"),
        ("production", "https://127.0.0.1:8090", "missing", "no phone reaches it"),
        ("production", "http://localhost:8090", "missing", "no phone reaches it"),
        ("production", "https://10.0.0.7", "warning", "private network"),
        ("sandbox", "http://127.0.0.1:8090", "warning", "as it must be in the sandbox"),
    ],
)
def test_the_address_that_links_begin_with(place, mode, url, state, words) -> None:
    place.set(mode=mode, gateway_url=url)
    line = place.one("gateway/address")
    assert (line.state, words in line.seen) == (state, True)
    assert state == "ok" or "KITART_GATEWAY_URL" in line.todo


def test_a_gateway_that_nobody_answers_for(place) -> None:
    place.set(gateway_url=f"http://127.0.0.1:{place.free_port()}")
    line = place.one("gateway/answers")
    assert line.state == "failed"
    assert "connection refused" in line.seen
    assert "kitart gateway" in line.todo


def test_somebody_else_at_the_gateways_address(place) -> None:
    place.set(gateway_url=place.settings.sms.base_url)
    line = place.one("gateway/answers")
    assert line.state == "failed"


def test_a_gateway_behind_tls_is_answered_for_only_with_a_trusted_certificate(
    place, tmp_path: Path
) -> None:
    certificate = issue_certificate(tmp_path / "own")
    with SandboxServer(place.new_app(), tls=certificate) as server:
        place.set(gateway_url=server.url)
        assert place.one("gateway/answers", gateway_ca_file=certificate.ca_file).state == "ok"
        line = place.one("gateway/answers")
    assert line.state == "failed"
    assert "TLS failed" in line.seen
    assert "certificate that phones trust" in line.todo


@pytest.mark.sqlite_only
def test_a_gateway_without_a_journal_is_not_ready(place) -> None:
    place.inst.journal.close()
    (place.folder / "journal.db").rename(place.folder / "away.db")
    line = place.one("gateway/answers")
    (place.folder / "away.db").rename(place.folder / "journal.db")
    assert line.state == "failed"
    assert "not ready" in line.seen or "503" in line.seen


def test_no_key_to_sign_links_with(place) -> None:
    place.set(secret_key=SecretStr("short"))
    line = place.one("gateway/signing key")
    assert line.state == "missing"
    assert "KITART_SECRET_KEY" in line.seen
    assert len(gateway_checks(place.settings)) == 3


# --- the phone system --------------------------------------------------------------------------


def test_a_phone_system_that_is_not_set_or_away(place) -> None:
    place.set("vcc", base_url="http://127.0.0.1:1")
    line = place.one("vcc/sign-in")
    assert line.state == "failed"
    assert "connection refused" in line.seen
    place.set("vcc", base_url="", user="")
    lines = by_name(place.check("vcc"))
    assert "KITART_VCC__BASE_URL, KITART_VCC__USER" in lines["vcc/sign-in"].seen
    assert lines["vcc/projects"].state == "skipped"
    assert lines["vcc/IVR webhook"].state == "ok"


def test_a_wrong_login_and_an_address_not_registered(place) -> None:
    place.set("vcc", password=SecretStr("wrong-password"))
    line = place.one("vcc/sign-in")
    assert (line.state, "(401)" in line.seen) == ("failed", True)
    assert "KITART_VCC__PASSWORD" in line.todo
    place.set("vcc", password=SecretStr(place.world.vcc.password))
    place.world.vcc.access_refused = True
    line = place.one("vcc/sign-in")
    assert (line.state, "(403)" in line.seen) == ("failed", True)
    assert "Register this machine's public address" in line.todo


def test_a_password_is_never_sent_in_the_clear(place) -> None:
    place.set("vcc", base_url="http://vcc.example")
    place.set("sms", base_url="http://sms.example")
    place.set("smtp", host="smtp.example", starttls=False)
    for id, remedy in (("vcc/sign-in", "https://"), ("sms/account", "https://"),
                       ("smtp/relay", "Set it to true")):  # fmt: skip
        line = place.one(id)
        assert line.state == "failed"
        assert "in the clear" in line.seen
        assert remedy in line.todo


def test_a_project_that_the_phone_system_does_not_have(place) -> None:
    del place.world.vcc.project_names[2]
    lines = by_name(place.check("vcc"))
    assert lines["vcc/projects"].state == "missing"
    assert "no project named BRAVO" in lines["vcc/projects"].seen
    assert lines["vcc/call records"].state == "skipped"
    assert lines["vcc/abilities"].state == "ok"
    assert "A person is asked instead for" in lines["vcc/abilities"].seen


def test_call_records_are_only_trusted_when_there_are_some(place) -> None:
    assert place.one("vcc/call records").state == "warning"
    line = place.plan.lines[0]
    number = {code: n for n, code in place.world.vcc.project_names.items()}[line.project]
    _call(place, number, line.number)
    assert place.one("vcc/call records").seen.startswith("1 in 24 hours, of 1 lines")
    assert place.one("vcc/call records").state == "ok"
    _call(place, number, "+9999999")
    found = place.one("vcc/call records")
    assert found.state == "warning"
    assert "+9999999" in found.seen
    assert "config/lines.yaml" in found.todo


def _call(place, project: int, line: str) -> None:
    done = requests.post(
        f"{place.settings.vcc.base_url}/sandbox/call",
        json={"project": project, "line": line, "answered_by": "nobody"},
        timeout=5,
    )
    assert done.status_code == 200, done.text
    place.world.vcc.cdr_delay_s = 0


def test_without_its_secret_no_line_can_be_switched_and_it_is_never_shown(place) -> None:
    line = place.one("vcc/IVR webhook")
    assert "/ivr/<KITART_VCC__IVR_SECRET>/mode?destination=${destination}" in line.seen
    place.set("vcc", ivr_secret=SecretStr(""))
    line = place.one("vcc/IVR webhook")
    assert line.state == "missing"
    assert "no line can be switched" in line.seen


# --- messages ----------------------------------------------------------------------------------


def test_the_sms_account(place) -> None:
    place.set("sms", token=SecretStr("wrong-token"))
    line = place.one("sms/account")
    assert line.state == "failed"
    assert "KITART_SMS__TOKEN" in line.todo
    place.set("sms", token=SecretStr(place.world.sms.token), sender="")
    assert place.one("sms/account").seen == "not set: KITART_SMS__SENDER"


@pytest.mark.parametrize(
    ("status", "kind", "state"),
    [("active", "Full", "ok"), ("active", "Trial", "warning"), ("suspended", "Full", "failed")],
)
def test_what_the_gateway_says_of_the_account(place, status, kind, state) -> None:
    place.world.sms.status, place.world.sms.kind = status, kind
    assert place.one("sms/account").state == state
    assert place.world.sms.sent == []


def test_a_gateway_that_tells_nothing_of_the_account_is_a_warning(place) -> None:
    place.world.sms_faults.set("GET */Accounts/*", "status", status=404)
    assert place.one("sms/account").state == "warning"


def test_a_relay_with_a_wrong_password_or_that_is_away(place) -> None:
    place.set("smtp", password=SecretStr("wrong-password"))
    line = place.one("smtp/relay")
    assert line.state == "failed"
    assert "535" in line.seen
    assert "__PASSWORD" in line.todo
    place.set("smtp", port=place.free_port())
    assert "connection refused" in place.one("smtp/relay").seen
    place.set("smtp", host="")
    assert place.one("smtp/relay").seen == "not set: KITART_SMTP__HOST"
    assert place.world.smtp.mails == []


def test_a_relay_without_starttls(place) -> None:
    with SandboxSmtp(SmtpState()) as plain:
        place.set("smtp", host=plain.host, port=plain.port, user="")
        line = place.one("smtp/relay")
        assert line.state == "failed"
        assert "STARTTLS" in line.seen
        place.set("smtp", starttls=False)
        line = place.one("smtp/relay")
        assert line.state == "warning"
        assert "without TLS" in line.seen


def test_a_way_that_kitart_can_not_use_is_said(place) -> None:
    line = place.one("voice/gateway")
    assert line.state == "ok"
    assert "calls come from +447700900998" in line.seen
    place.set("sms", caller="")
    line = place.one("voice/gateway")
    assert line.state == "warning"
    assert "KITART_SMS__CALLER is not set" in line.seen


@pytest.mark.parametrize("connector", ["sms", "graph_mail", "smtp", "voice", "teams", "apprise"])
def test_what_is_called_usable_is_what_messages_can_be_sent_by(place, connector) -> None:
    message = Outgoing.__new__(Outgoing)
    try:
        send_by(place.inst, connector, message, "text")
    except ConnectorError as error:
        usable = "there is no connector" not in error.message
    except AttributeError:
        usable = True  # it began to look into the message, which is an empty one
    assert usable == (connector in CONNECTORS)


# --- monitoring --------------------------------------------------------------------------------


def test_a_source_shows_its_address_and_never_its_secret(place) -> None:
    lines = by_name(place.check("monitoring"))
    webhook = lines["monitoring/alertmanager webhook"]
    assert webhook.state == "ok"
    assert f"{place.settings.gateway_url}/webhooks/alertmanager" in webhook.seen
    assert place.secret not in "".join(line.seen + line.todo for line in lines.values())


def test_a_source_without_a_secret_or_with_a_short_one(place) -> None:
    place.set(webhook_secrets={"alertmanager": SecretStr("short")})
    lines = by_name(place.check("monitoring"))
    assert lines["monitoring/alertmanager webhook"].state == "warning"
    assert "5 letters" in lines["monitoring/alertmanager webhook"].seen
    missing = lines["monitoring/grafana webhook"]
    assert missing.state == "missing"
    assert "every post is refused" in missing.seen
    assert "KITART_WEBHOOK_SECRETS" in missing.todo


def test_the_last_alert_that_was_accepted(place) -> None:
    assert place.one("monitoring/alertmanager last alert").state == "warning"
    for service, state in (("vcc", "ok"), ("unheard-of", "warning")):
        place.clock.advance(seconds=60)
        body = {
            "version": "4", "status": "firing",
            "alerts": [{"status": "firing", "labels": {"alertname": "Down", "service": service},
                        "annotations": {"summary": f"{service} is silent"},
                        "startsAt": "2026-11-24T09:00:00Z", "fingerprint": service}],
        }  # fmt: skip
        posted = requests.post(
            f"{place.server.url}/webhooks/alertmanager", json=body, timeout=10,
            headers={"Authorization": f"Bearer {place.secret}"},
        )  # fmt: skip
        assert posted.status_code == 202
        line = place.one("monitoring/alertmanager last alert")
        assert line.state == state
        assert f"{service} is silent" in line.seen
    assert "2026-11-24 09:02 UTC" in line.seen
    assert "no rule fitted it" in line.seen


def test_rules_that_never_match(place, tmp_path: Path) -> None:
    folder = tmp_path / "plan"
    shutil.copytree(HOUSE / "config", folder)
    (folder / "monitoring.yaml").write_text(
        """
monitoring:
  sources:
    - {name: alertmanager, kind: alertmanager}
    - {name: grafana, kind: grafana}
  rules:
    - {id: wide, source: alertmanager, match: {service: vcc}, system: VCC}
    - {id: narrow, source: alertmanager, match: {service: vcc, site: a}, system: CARRIER}
"""
    )
    place.set(config_dir=folder)
    lines = by_name(place.check("monitoring"))
    assert lines["monitoring/alertmanager rules"].state == "warning"
    assert "narrow comes after wide" in lines["monitoring/alertmanager rules"].seen
    assert lines["monitoring/grafana rules"].state == "missing"


def test_a_source_whose_kind_nothing_reads(place, tmp_path: Path) -> None:
    folder = tmp_path / "plan"
    shutil.copytree(HOUSE / "config", folder)
    file = folder / "monitoring.yaml"
    file.write_text(file.read_text().replace("kind: prtg", "kind: something_else"))
    place.set(config_dir=folder)
    lines = by_name(place.check())
    assert "'something_else' can't be read" in lines["plan/check"].seen
    assert lines["monitoring/prtg webhook"].state == "missing"
    assert "alertmanager, grafana" in lines["monitoring/prtg webhook"].todo


# --- vital inputs ------------------------------------------------------------------------------


@pytest.mark.covers("A21")
def test_an_input_shows_the_ways_by_which_its_arrival_is_known(place) -> None:
    place.set(input_secrets={"ROSTER-DAY": SecretStr(place.secret)})
    lines = by_name(place.check("plan", "journal", "inputs"))
    roster = lines["inputs/ROSTER-DAY arrival"]
    assert roster.state == "ok"
    assert f"{place.settings.gateway_url}/webhooks/inputs/ROSTER-DAY" in roster.seen
    assert "Inputs/rosters/today.csv" in roster.seen
    assert place.secret not in "".join(line.seen + line.todo for line in lines.values())


@pytest.mark.covers("A21")
def test_an_input_that_only_a_person_can_see_arrive(place) -> None:
    line = place.one("inputs/PRICE-LIST arrival")
    assert line.state == "warning"
    assert "only a person" in line.seen
    assert "'PRICE-LIST'" in line.todo


def test_an_inputs_secret_that_can_be_guessed_or_belongs_to_none(place) -> None:
    place.set(
        input_secrets={"PRICE-LIST": SecretStr("short"), "PRICE-LSIT": SecretStr(place.secret)}
    )
    lines = by_name(place.check("plan", "inputs"))
    assert "5 letters" in lines["inputs/PRICE-LIST arrival"].seen
    assert "PRICE-LSIT" in lines["inputs/secrets"].seen
    assert "PRICE-LIST" in lines["inputs/secrets"].todo


def test_an_address_that_may_not_be_asked(place) -> None:
    folder = Path(shutil.copytree(HOUSE / "config", place.folder / "with-url"))
    file = folder / "inputs.yaml"
    place.set(config_dir=folder)
    text = file.read_text(encoding="utf-8")
    file.write_text(
        text.replace("    file: Inputs/rosters/today.csv", "    url: https://Files.test/today.csv"),
        encoding="utf-8",
    )
    line = place.one("inputs/ROSTER-DAY arrival")
    assert line.state == "missing"
    assert "'files.test'" in line.todo
    place.set(input_hosts=("files.test",))
    assert place.one("inputs/ROSTER-DAY arrival").state == "ok"


@pytest.mark.covers("A21")
def test_when_an_input_came_last(place) -> None:
    assert place.one("inputs/PRICE-LIST last").state == "warning"
    place.inst.settings.input_secrets = {"PRICE-LIST": SecretStr(place.secret)}
    posted = requests.post(
        f"{place.server.url}/webhooks/inputs/PRICE-LIST", timeout=10,
        headers={"Authorization": f"Bearer {place.secret}"},
    )  # fmt: skip
    assert posted.status_code == 202, posted.text
    line = place.one("inputs/PRICE-LIST last")
    assert (line.state, line.seen) == ("ok", "2026-11-24 09:00 UTC, by webhook")


# --- the sign of life --------------------------------------------------------------------------


@pytest.mark.covers("D21")
def test_without_an_address_nobody_would_hear_of_our_own_failure(place) -> None:
    place.set(heartbeat=HeartbeatSettings())
    assert place.one("heartbeat/address").state == "warning", "in the sandbox nobody would ask"
    place.set(mode="production")
    lines = by_name(place.check("journal", "heartbeat"))
    assert lines["heartbeat/address"].state == "missing"
    assert "KITART_HEARTBEAT__URL" in lines["heartbeat/address"].todo
    assert lines["heartbeat/last sign"].state == "skipped"


@pytest.mark.covers("D21")
def test_the_last_sign_of_life_and_why_it_is_kept_back(place) -> None:
    place.set(heartbeat=HeartbeatSettings(url=SecretStr("https://hc.test/ping/secret-id")))
    assert place.one("heartbeat/last sign").state == "warning"
    for ok, said in ((False, "worker: none is online"), (True, "")):
        with place.inst.journal.write() as session:
            health.mark(
                session, health.HEARTBEAT, ok, said, now=place.clock.now(), real_now=real_now()
            )
        lines = by_name(place.check("journal", "heartbeat"))
        assert lines["heartbeat/last sign"].state == ("ok" if ok else "warning")
        assert said in lines["heartbeat/last sign"].seen
        assert "secret-id" not in "".join(line.seen + line.todo for line in lines.values())
