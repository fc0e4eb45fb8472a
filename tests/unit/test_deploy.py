"""``deploy/``: what it names is there, and every part is watched, restarted and without a secret in
the open."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import click
import pytest
import typer
from fastapi.routing import APIRoute
from prefect.settings import Settings as PrefectSettings
from prefect.settings.legacy import _get_settings_fields
from pydantic import BaseModel

from kitart.cli import app as kitart_app
from kitart.gateway.app import create_app
from kitart.installation import Installation
from kitart.settings import HOUSE, Settings, load_settings
from sandbox.wide import DEPLOY, compose
from tests.servers import missing

SERVICES: dict[str, dict[str, Any]] = compose()["services"]
OURS = {name: each for name, each in SERVICES.items() if "build" in each}
JOBS = ("migrate", "deploy")
OF_COMPOSE = {"KITART_SECRETS_DIR", "KITART_SITE", "KITART_PREFECT_SITE", "KITART_VERSION",
              "KITART_PLAN"}  # fmt: skip
"""Read by compose itself, or before the settings are."""
OF_OTHERS = {"PREFECT_REDIS_MESSAGING_URL", "DO_NOT_TRACK", "PYTHONTZPATH"}
"""Read by prefect-redis, and by libraries that would else report that they are used."""


def settings_of(model: type[BaseModel], prefix: str) -> Iterator[str]:
    """Every environment variable of a model and its groups."""
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from settings_of(field.annotation, f"{prefix}{name.upper()}__")
        else:
            yield f"{prefix}{name.upper()}"


KNOWN = {
    *settings_of(Settings, "KITART_"), *_get_settings_fields(PrefectSettings), *OF_COMPOSE,
    *OF_OTHERS,
}  # fmt: skip


def commands() -> Iterator[list[str]]:
    """Each command of ours, those of a shell line one by one."""
    for service in OURS.values():
        words = service["command"]
        lines = words[2].split(" && ") if words[0] == "sh" else [" ".join(words)]
        yield from (line.split() for line in lines)


@pytest.mark.parametrize("line", dict.fromkeys(" ".join(words) for words in commands()))
def test_each_command_is_there_and_takes_its_options(line: str) -> None:
    program, *rest = line.split()
    if program == "kitart":
        command: click.Command = typer.main.get_command(kitart_app)
        context = click.Context(command)
        while isinstance(command, click.Group):
            found = command.get_command(context, rest.pop(0))
            assert found is not None, line
            command = found
        command.make_context(command.name, rest)
        return
    assert program == "prefect"
    taken = [word for word in rest if word.startswith("--")]
    path = rest[: next((n for n, word in enumerate(rest) if word.startswith("--")), len(rest))]
    if path[:2] == ["work-pool", "create"]:
        path = path[:2]
    shown = subprocess.run(
        [str(Path(sys.executable).with_name("prefect")), *path, "--help"],
        capture_output=True, text=True, timeout=60, env={"PATH": "", "COLUMNS": "200"},
    )  # fmt: skip
    assert shown.returncode == 0, shown.stderr
    assert f"Usage: prefect {' '.join(path)}" in shown.stdout
    assert not [word for word in taken if word not in shown.stdout]


@pytest.mark.parametrize("name", OURS)
def test_each_setting_and_secret_is_a_known_one(name: str) -> None:
    service = OURS[name]
    assert {*service["environment"], *service["secrets"]} <= KNOWN


def test_the_example_of_the_companys_own_settings_holds_known_ones_and_no_secret() -> None:
    lines = (DEPLOY / "env.example").read_text(encoding="utf-8").splitlines()
    names = {line.partition("=")[0] for line in lines if line and not line.startswith("#")}
    assert names <= KNOWN
    assert not names & set(compose()["secrets"])


@pytest.mark.parametrize("name", SERVICES)
def test_each_part_is_restarted_writes_bounded_logs_and_has_few_rights(name: str) -> None:
    service = SERVICES[name]
    assert service["restart"] == ("on-failure:5" if name in JOBS else "unless-stopped")
    assert {"max-size", "max-file"} <= service["logging"]["options"].keys()
    assert service["cap_drop"] == ["ALL"]
    assert service.get("privileged") is None


@pytest.mark.parametrize("name", [name for name in SERVICES if name not in JOBS])
def test_each_part_that_stays_has_a_probe_with_a_time_limit(name: str) -> None:
    probe = SERVICES[name]["healthcheck"]
    assert probe["test"][0] in ("CMD", "CMD-SHELL")
    assert {"interval", "timeout", "retries"} <= probe.keys()


def test_the_gateways_probe_asks_an_address_that_the_gateway_has(tmp_path: Path) -> None:
    asked = SERVICES["gateway-1"]["healthcheck"]["test"][-1]
    app = create_app(Installation(Settings(data_dir=tmp_path)), orchestrator=None)  # type: ignore[arg-type]
    paths = {route.path for route in app.routes if isinstance(route, APIRoute)}
    assert re.sub(r"http://127.0.0.1:8090", "", asked) in paths
    assert "health_uri /readyz" in (DEPLOY / "Caddyfile").read_text(encoding="utf-8")


def test_only_the_proxy_is_reached_from_outside() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert compose()["networks"]["inside"] == {"internal": True}
    for name in ("postgres", "redis", "prefect-api", "prefect-services"):
        assert SERVICES[name]["networks"] == ["inside"]


def test_files_and_volumes_that_are_named_are_there() -> None:
    for service in SERVICES.values():
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            if source.startswith("./"):
                assert (DEPLOY / source).is_file(), volume
            elif not source.startswith("$"):
                assert source in compose()["volumes"], volume


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    folder = tmp_path / "secrets"
    subprocess.run([str(DEPLOY / "secrets.sh"), str(folder)], check=True, timeout=30)
    return folder


def test_every_secret_is_made_once_and_read_by_nobody_else(secrets: Path) -> None:
    for name, source in compose()["secrets"].items():
        assert (secrets / Path(source["file"]).name).is_file(), name
    assert secrets.stat().st_mode & 0o777 == 0o700
    before = {file.name: file.read_text() for file in secrets.iterdir()}
    subprocess.run([str(DEPLOY / "secrets.sh"), str(secrets)], check=True, timeout=30)
    assert {file.name: file.read_text() for file in secrets.iterdir()} == before
    assert before["KITART_DB_PASSWORD"] in before["KITART_DATABASE_URL"]
    assert before["PREFECT_DB_PASSWORD"] in before["PREFECT_SERVER_DATABASE_CONNECTION_URL"]
    assert f">{before['REDIS_PASSWORD']} " in before["REDIS_ACL"]
    made = [before[name] for name in ("POSTGRES_PASSWORD", "KITART_DB_PASSWORD",
            "PREFECT_DB_PASSWORD", "REDIS_PASSWORD", "KITART_SECRET_KEY")]  # fmt: skip
    assert len(set(made)) == 5
    assert min(map(len, made)) == 48


def test_kitart_reads_its_secrets_from_the_files(
    secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KITART_SECRETS_DIR", str(secrets))
    found = load_settings()
    assert found.database_url == (secrets / "KITART_DATABASE_URL").read_text()
    assert found.webhook_secrets.keys() == {"alertmanager"}
    assert found.metrics.token.get_secret_value() == (secrets / "KITART_METRICS__TOKEN").read_text()


def test_prefect_gets_its_secrets_in_the_environment_of_its_process(secrets: Path) -> None:
    shown = subprocess.run(
        [str(DEPLOY / "with-secrets.sh"), "env"], capture_output=True, text=True, timeout=30,
        env={"PATH": "/usr/bin:/bin", "KITART_SECRETS_DIR": str(secrets)}, check=True,
    ).stdout.splitlines()  # fmt: skip
    wanted = (secrets / "PREFECT_API_AUTH_STRING").read_text()
    assert f"PREFECT_API_AUTH_STRING={wanted}" in shown
    assert not [line for line in shown if line.startswith(("KITART_SECRET_KEY", "KITART_DB"))]


def test_the_image_is_built_from_the_lock_and_runs_as_nobody_special() -> None:
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    assert "--no-deps --require-hashes -r requirements.lock" in text
    assert re.findall(r"^USER (.+)$", text, re.MULTILINE) == ["kitart"]
    lock = (HOUSE / "requirements.lock").read_text(encoding="utf-8")
    assert re.search(r"^prefect-redis==\d", lock, re.MULTILINE)


def probe(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(DEPLOY / "probe.py"), *words], capture_output=True, text=True,
        timeout=30, env=env,
    )  # fmt: skip


@pytest.fixture
def address() -> Iterator[str]:
    """A server that is well at ``/well``, and nowhere else."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/well" else 503)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Answers)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_probe_says_whether_a_part_is_well_and_why_not(address: str) -> None:
    assert probe(f"{address}/well").returncode == 0
    ill = probe(f"{address}/ill")
    assert (ill.returncode, "503" in ill.stderr) == (1, True)
    gone = probe("http://127.0.0.1:9/well")
    assert (gone.returncode, "refused" in gone.stderr) == (1, True)
    without = probe("services", PREFECT_SERVER_DOCKET_URL="redis://127.0.0.1:9/0")
    assert (without.returncode, "Redis" in without.stderr) == (1, True)


def test_the_proxy_takes_its_configuration() -> None:
    caddy = shutil.which("caddy")
    if caddy is None:
        missing("no caddy on this machine")
    done = subprocess.run(
        [str(caddy), "validate", "--config", str(DEPLOY / "Caddyfile"), "--adapter", "caddyfile"],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
