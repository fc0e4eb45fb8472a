"""A small incident with everything in its record, and its pack; on SQLite."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from typer.testing import CliRunner, Result

from kitart.alerts.opening import open_or_join
from kitart.cli import app
from kitart.evidence import packing
from kitart.evidence.collecting import collect
from kitart.journal import (
    acknowledgements,
    alerts,
    approvals,
    evidence,
    incidents,
    late_entries,
    messages,
    observations,
    plans,
    timeline,
)
from kitart.journal.alerts import Reading
from kitart.journal.approvals import Question
from kitart.journal.database import Journal
from kitart.journal.tables import Document
from kitart.plan.loading import load_plan
from kitart.reports import editions
from kitart.settings import HOUSE, settings
from tests.new_journal import make_tables

PLAN = load_plan(HOUSE / "config")
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
NUMBER = "INC-0001"
PHONE = "+447700900101"
LINK = "https://kitart.example/d/eyJub3RoaW5nIn0.secret-token"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))


@dataclass(frozen=True)
class Case:
    """A journal with one incident in it."""

    journal: Journal
    folder: Path

    def files(self, *, with_addresses: bool = False, by: str = "operator") -> dict[str, bytes]:
        """Its pack's files, signed with ``KEY``."""
        with self.journal.read() as session:
            record = evidence.read(session, NUMBER)
            snapshot = plans.snapshot(session, record.incident["plan_hash"])
        contents = collect(record, snapshot, HOUSE / "templates", with_addresses=with_addresses)
        return packing.sealed(contents, KEY, exported_at=NOW, exported_by=by)

    def run(self, *words: str) -> Result:
        """A command, with this journal in its settings."""
        env = {
            "COLUMNS": "200",
            "KITART_DATABASE_URL": str(self.journal.engine.url),
            "KITART_DATA_DIR": str(self.folder / "data"),
        }
        settings.cache_clear()
        return CliRunner().invoke(app, list(words), env=env)


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    """A real incident: alert, alarm, question with a late answer, report sent, correction."""
    yield from _made(tmp_path, exercise=False)


@pytest.fixture
def exercise(tmp_path: Path) -> Iterator[Case]:
    """The same as an exercise."""
    yield from _made(tmp_path, exercise=True)


def _made(folder: Path, *, exercise: bool) -> Iterator[Case]:
    journal = Journal(f"sqlite:///{folder / 'journal.db'}")
    make_tables(journal)
    with journal.write() as session:
        _play(session, exercise)
    settings.cache_clear()
    yield Case(journal, folder)
    settings.cache_clear()
    journal.close()


def _play(session: Any, exercise: bool) -> None:
    row = open_or_join(
        session, PLAN, "VCC", reported_by="monitor alertmanager",
        seen="A telefonközpont nem válaszol", cause_at=NOW, now=NOW,
    ).incident  # fmt: skip
    row.exercise = exercise
    alert, _ = alerts.keep(
        session, Reading("alertmanager", "vcc", "firing", "VCC down"), '{"alerts": []}',
        outcome="matched", now=NOW,
    )  # fmt: skip
    alert.incident = NUMBER
    observations.add(session, "VCC", "down", "probe", "no answer", now=NOW, incident=NUMBER)
    said = messages.Outgoing(
        key="m1", incident=NUMBER, purpose="alarm", recipient="ERT-1", role="ert", channel="sms",
        address=PHONE, subject="", text=f"INC-0001: do you have it?\nCode: 4711\n{LINK}",
    )  # fmt: skip
    claim = messages.claim(session, said, now=NOW, real_now=NOW)
    assert claim is not None
    messages.complete(session, claim, "accepted", now=NOW, detail=f"to {PHONE} by sms")
    acknowledgements.record(session, NUMBER, "ert", "ERT-1", "ert", "take", via="sms", now=NOW)
    _report(session, exercise)
    late_entries.correct(
        session, NUMBER, 1, "it began earlier", late_entries.Writer("ERT-1", "ert"),
        occurred_at=NOW - timedelta(minutes=3), now=NOW + timedelta(minutes=20),
    )  # fmt: skip


def _report(session: Any, exercise: bool) -> None:
    """A draft, superseded by another, which is approved, sent and filed."""
    client, later = PLAN.clients[0].id, NOW + timedelta(minutes=10)
    for moment in (NOW, later):
        document = editions.make_draft(
            session, PLAN, NUMBER, client, "first-notification", 1,
            due_at=later, next_update_at=later, now=moment,
        )  # fmt: skip
        _note(session, document, "notification drafted", moment)
        if moment == NOW:
            document.fingerprint = "as it was"
    asked = approvals.ask(
        session,
        Question("q1", NUMBER, "approve", "Send it?", f"Call {PHONE} if in doubt",
                 [{"value": "approve", "label": "Approve", "means": "", "note": "optional"}], [],
                 later, document.id),
        "AM-1", now=later,
    )  # fmt: skip
    for person in ("AM-1", "AM-2"):
        approvals.decide(session, asked.id, person, "account_manager", "approve", "fine",
                         version=1, via="link", now=later)  # fmt: skip
    mark = editions.record_mark(session, NUMBER)
    sent = editions.sent_copy(
        document, approver_role="account manager", approved_at=later, record=mark, now=later
    )
    document.html, document.text, document.checksum = sent.html, sent.text, sent.checksum
    document.facts = {**document.facts, "_record": {"entry": mark.entry, "head": mark.head}}
    document.state, document.sent_at, document.approved_at = "sent", later, later
    for type in ("report sent", "document filed"):
        _note(session, document, type, later)


def _note(session: Any, document: Document, type: str, now: datetime) -> None:
    timeline.append(
        session, NUMBER, type, f"version {document.version}: áram", now=now,
        data={"document": document.id, "checksum": document.checksum},
    )  # fmt: skip


def closed(session: Any) -> None:
    """Close the incident, as when all is done."""
    incidents.close(session, NUMBER, "closed", now=NOW + timedelta(hours=5))
    incidents.settle(session, NUMBER, now=NOW + timedelta(hours=5))
