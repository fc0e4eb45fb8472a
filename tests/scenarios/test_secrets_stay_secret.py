"""A whole incident with secrets that can be recognised: none is in anything that anybody can read.

Looked through are every log record, the journal's files, every report and message, the pack of
evidence, what was filed, and the database of the Prefect server that ran it: parameters, states,
artifacts, events.
"""

from __future__ import annotations

import base64
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from prefect.settings import PREFECT_SERVER_DATABASE_CONNECTION_URL
from pydantic import BaseModel, SecretStr

from kitart.settings import Settings
from tests.scenarios.callers import callers, usual_callers
from tests.scenarios.evidence import pack_of

pytestmark = pytest.mark.timeout(300)
MARK = "hidden-from-all"


def secrets_of(settings: BaseModel, path: str = "") -> dict[str, str]:
    """Every secret that is set, by its setting's name."""
    found: dict[str, str] = {}
    for name in type(settings).model_fields:
        value: Any = getattr(settings, name)
        values = value.items() if isinstance(value, dict) else [("", value)]
        for key, one in values:
            where = ".".join(part for part in (path, name, key) if part)
            if isinstance(one, SecretStr) and one.get_secret_value():
                found[where] = one.get_secret_value()
            elif isinstance(one, BaseModel):
                found |= secrets_of(one, where)
    return found


def every_secret_setting(model: type[BaseModel], path: str = "") -> set[str]:
    """The name of each setting that is a secret, or a table of them."""
    found: set[str] = set()
    for name, field in model.model_fields.items():
        where = f"{path}.{name}" if path else name
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            found |= every_secret_setting(kind, where)
        elif "SecretStr" in str(kind):
            found.add(where)
    return found


def disguised(secret: str) -> Iterator[bytes]:
    """A secret as it is, and as headers and addresses carry it."""
    yield secret.encode()
    yield quote(secret, safe="").encode()
    for user in ("kitart", ""):
        yield base64.b64encode(f"{user}:{secret}".encode())
    yield base64.b64encode(secret.encode())


class Heard(logging.Handler):
    """Keeps every record, whoever logs it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self.setFormatter(logging.Formatter("%(name)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def heard() -> Iterator[Heard]:
    """All that is logged, also by loggers that tell nobody above them."""
    kept = Heard()
    named = [logging.getLogger(name) for name in ("", "prefect", "uvicorn", "uvicorn.access")]
    levels = [each.level for each in named]
    for each in named:
        each.addHandler(kept)
        each.setLevel(logging.DEBUG if not each.name.startswith("prefect") else each.level)
    yield kept
    for each, level in zip(named, levels, strict=True):
        each.removeHandler(kept)
        each.setLevel(level)


def all_secrets_set(story: Any) -> dict[str, str]:
    """Every secret setting has a value that nothing else has; the world's own stay as they are."""
    settings: Settings = story.inst.settings
    settings.input_secrets = {"roster": SecretStr(f"input-{MARK}")}
    settings.heartbeat.url = SecretStr(f"https://heartbeat.example/{MARK}")
    settings.asterisk.password = SecretStr(f"manager-{MARK}")
    settings.sip.password = SecretStr(f"sip-{MARK}")
    settings.metrics.token = SecretStr(f"metrics-{MARK}")
    settings.chat.apprise = {"duty": SecretStr(f"json://chat.example/{MARK}")}
    settings.chat.teams = settings.chat.teams | {"none": SecretStr(f"https://t.example/{MARK}")}
    return secrets_of(settings)


@pytest.mark.begins(touching=("CHARLIE",))
def test_no_secret_is_in_a_log_the_journal_a_report_or_prefect(
    story: Any, heard: Heard, tmp_path: Path
) -> None:
    secrets = all_secrets_set(story)
    names = {name.partition(".")[0] for name in secrets} | {
        ".".join(name.split(".")[:2]) for name in secrets
    }
    assert every_secret_setting(Settings) <= names, "a new secret setting needs a value here"
    line = next(one.id for one in story.plan.lines if one.project == "CHARLIE")
    agent = next(a.id for a in story.plan.agents if a.queue == "CHARLIE/hu")
    usual_callers(story, line, story.start.replace(minute=20), 3, 1, agent)
    story.phone_system("down")
    assert story.alert().status_code == 202
    story.begun()
    story.at("09:06")
    story.phone_system("up")
    callers(story, line, story.start.replace(minute=8), 3, agent=agent)
    story.at("09:27", by_minutes=2)
    story.orchestrator.wait()
    assert story.incident.state == "closed"

    places = dict(read_by_somebody(story, heard, tmp_path))
    assert {"the log", "the journal", "Prefect"} <= {name.partition(":")[0] for name in places}
    assert b"INC-0001" in places["the log"]
    assert any(b"run began" in content for content in places.values())
    for name, content in places.items():
        for setting, secret in secrets.items():
            for form in disguised(secret):
                assert form not in content, f"{setting} is in {name}"


def read_by_somebody(story: Any, heard: Heard, folder: Path) -> Iterator[tuple[str, bytes]]:
    """All that the incident left, by where it lies."""
    yield "the log", "\n".join(heard.lines).encode()
    for file in sorted(folder.glob("journal.db*")):
        yield f"the journal: {file.name}", file.read_bytes()
    for document in [d for c in story.plan.clients for d in story.documents(c.id)]:
        yield f"a report: {document.file_name}", f"{document.html}{document.text}".encode()
    files, _ = pack_of(story)
    for name, content in files.items():
        yield f"the evidence: {name}", content
    for name, file in story.world.tenant.files.items():
        yield f"filed: {name}", file.content
    for number, mail in enumerate(story.world.tenant.mail):
        yield f"mail {number}", f"{mail.subject}{mail.content}".encode()
    for number, sms in enumerate(story.world.sms.sent):
        yield f"SMS {number}", sms.body.encode()
    database = Path(PREFECT_SERVER_DATABASE_CONNECTION_URL.value().partition("///")[2])
    for file in sorted(database.parent.glob(f"{database.name}*")):
        yield f"Prefect: {file.name}", file.read_bytes()


def test_a_secret_in_any_of_its_forms_would_be_found() -> None:
    secret = "tell-nobody/of it"
    leaks = (
        b"Authorization: Bearer tell-nobody/of it",
        b"https://a.example/?token=tell-nobody%2Fof%20it",
        b"Authorization: Basic " + base64.b64encode(b"kitart:tell-nobody/of it"),
    )
    for leak in leaks:
        assert any(form in leak for form in disguised(secret)), leak
    assert not any(form in b"nothing of the kind" for form in disguised(secret))
