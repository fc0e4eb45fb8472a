"""Sent documents reach SharePoint once each, whole, with their columns, whatever happens (D18)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kitart.alerts.opening import open_or_join
from kitart.clock import HandClock
from kitart.connectors.attachment import Attachment
from kitart.connectors.errors import ConnectorError
from kitart.connectors.http import host_pauses
from kitart.connectors.microsoft import upload as upload_module
from kitart.installation import Installation, use_installation
from kitart.journal import documents, incidents, timeline
from kitart.journal.database import Lease
from kitart.journal.tables import Document
from kitart.plan.loading import load_plan
from kitart.settings import HOUSE, MicrosoftSettings, Settings
from sandbox.faults import Faults
from sandbox.microsoft import TenantState
from sandbox.world import LIBRARY_COLUMNS
from tasks import filing
from tests.new_journal import make_tables

pytestmark = pytest.mark.covers("D18", "E42")

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
INCIDENT = "INC-0001"
PAGE = '<!doctype html><html lang="hu"><body>{}</body></html>'
FOLDER = "Incidents/INC-0001/CL-1"


class Desk:
    """A journal with an incident, and the stand-in tenant that its documents are filed in."""

    def __init__(self, inst: Installation, state: TenantState, faults: Faults) -> None:
        self.inst, self.state, self.faults = inst, state, faults
        with inst.journal.write() as session:
            plan = load_plan(HOUSE / "config")
            open_or_join(
                session, plan, "VCC", reported_by="a test", seen="silent", cause_at=None, now=NOW
            )
        with inst.journal.write() as session:
            lease = incidents.take_lease(session, INCIDENT, "run", real_now=NOW)
        assert lease is not None
        self.lease: Lease = lease

    def sent(self, name: str = "a.html", words: str = "one", **fields: Any) -> Document:
        """A document that was sent and is not filed."""
        html = PAGE.format(words)
        texts = ("reason", "subject", "text", "fingerprint")
        values: dict[str, Any] = {
            "incident": INCIDENT, "client": "CL-1", "type": "status-update", "running_number": 1,
            "version": 1, "state": "sent", "facts": {}, "valid_as_of": NOW, "created_at": NOW,
            "sent_at": NOW, "html": html, "file_name": name,
            "checksum": hashlib.sha256(html.encode()).hexdigest(), **dict.fromkeys(texts, ""),
        }  # fmt: skip
        with self.inst.journal.write() as session:
            return documents.add(session, Document(**(values | fields)))

    def file(self) -> None:
        filing.file_documents.fn(self.lease)  # type: ignore[attr-defined]

    def waits(self) -> None:
        filing.filing_waits.fn(self.lease, "it is away")  # type: ignore[attr-defined]

    def entries(self, type: str) -> list[Any]:
        with self.inst.journal.read() as session:
            return timeline.entries(session, INCIDENT, type)

    def unfiled(self) -> list[str]:
        with self.inst.journal.read() as session:
            return [each.file_name for each in documents.unfiled(session, INCIDENT)]

    def left_to_do(self) -> bool:
        with self.inst.journal.read() as session:
            return documents.anything_unfiled(session, INCIDENT) or bool(
                filing._not_marked(session, INCIDENT)
            )

    def columns(self, name: str = "a.html", folder: str = FOLDER) -> dict[str, Any]:
        return self.state.files[f"{folder}/{name}".lower()].fields


@pytest.fixture
def desk(
    settings: MicrosoftSettings, state: TenantState, faults: Faults, tmp_path: Path
) -> Iterator[Desk]:
    state.library.columns = dict(LIBRARY_COLUMNS)
    inst = Installation(
        Settings(mode="sandbox", data_dir=tmp_path, microsoft=settings, pdf=False), HandClock(NOW)
    )
    make_tables(inst.journal)
    use_installation(inst)
    yield Desk(inst, state, faults)
    use_installation(None)
    inst.journal.close()


def test_a_filed_document_carries_its_columns(desk: Desk) -> None:
    document = desk.sent(version=2, running_number=3)
    desk.file()
    assert desk.columns() == {
        "KitartIncident": INCIDENT, "KitartClient": "CL-1", "KitartType": "status-update",
        "KitartNumber": 3, "KitartVersion": 2, "KitartStatus": "approved", "KitartLanguage": "hu",
        "KitartSentAt": "2026-11-24T09:00:00Z", "KitartSHA256": document.checksum,
        "KitartFiledLate": False, "KitartExercise": False,
    }  # fmt: skip
    assert not desk.left_to_do()


def test_an_exercises_document_says_so_in_its_columns(desk: Desk) -> None:
    with desk.inst.journal.write() as session:
        incidents.get(session, INCIDENT).exercise = True
    desk.sent()
    desk.file()
    assert desk.columns()["KitartExercise"] is True


def test_what_waited_is_marked_as_written_offline_and_filed_late(desk: Desk) -> None:
    desk.sent()
    desk.faults.set("/v1.0/*", "unavailable", retry_after=0)
    with pytest.raises(ConnectorError):
        desk.file()
    desk.waits()
    desk.faults.clear()
    host_pauses.forget()
    desk.inst.clock.advance(hours=14)  # type: ignore[attr-defined]
    desk.file()
    assert desk.columns()["KitartFiledLate"] is True
    assert "late, 840 min after it was sent" in desk.entries("document filed")[0].text


def test_a_document_that_stays_in_the_company_has_a_folder_of_its_own(desk: Desk) -> None:
    desk.sent(client=documents.INTERNAL)
    desk.file()
    assert desk.columns(folder="Incidents/INC-0001/internal")["KitartClient"] == "internal"


def test_once_a_newer_version_was_sent_the_older_ones_file_says_superseded(desk: Desk) -> None:
    desk.sent("v1.html")
    desk.file()
    other = desk.sent("other.html", running_number=2)
    desk.file()
    desk.sent("v2.html", version=2)
    assert desk.left_to_do()
    desk.file()
    assert desk.columns("v1.html")["KitartStatus"] == "superseded"
    assert desk.columns("v1.html")["KitartVersion"] == 1
    assert desk.columns("v2.html")["KitartStatus"] == "approved"
    assert desk.columns(other.file_name)["KitartStatus"] == "approved"
    (entry,) = desk.entries("document superseded")
    assert "v1.html is superseded" in entry.text
    assert not desk.left_to_do()


def test_a_newer_version_that_nobody_sent_supersedes_nothing(desk: Desk) -> None:
    desk.sent("v1.html")
    desk.sent("v2.html", version=2, state="draft", sent_at=None)
    desk.file()
    assert desk.columns("v1.html")["KitartStatus"] == "approved"


def test_of_two_versions_that_both_waited_the_older_is_filed_as_superseded(desk: Desk) -> None:
    desk.sent("v1.html")
    desk.sent("v2.html", version=2)
    desk.file()
    assert desk.columns("v1.html")["KitartStatus"] == "superseded"
    assert desk.columns("v2.html")["KitartStatus"] == "approved"


def test_the_mark_on_an_older_version_waits_while_sharepoint_is_away(desk: Desk) -> None:
    desk.sent("v1.html")
    desk.file()
    desk.sent("v2.html", version=2)
    desk.faults.set("PATCH *", "unavailable", retry_after=0, times=2)
    with pytest.raises(ConnectorError):
        desk.file()
    host_pauses.forget()
    with pytest.raises(ConnectorError):
        desk.file()
    host_pauses.forget()
    desk.file()
    assert desk.columns("v1.html")["KitartStatus"] == "superseded"


@pytest.mark.parametrize("columns", [{}, {"KitartIncident": "text", "KitartVersion": "text"}])
def test_a_library_without_the_columns_keeps_nothing_from_being_filed(
    desk: Desk, columns: dict[str, str]
) -> None:
    desk.state.library.columns = dict(columns)
    desk.sent("a.html")
    desk.sent("b.html", running_number=2)
    desk.file()
    assert desk.unfiled() == []
    (entry,) = desk.entries("columns missing")
    assert "kitart sharepoint init" in entry.text
    assert "KitartSHA256" in entry.text
    assert desk.columns() == ({"KitartIncident": INCIDENT} if columns else {})


def test_columns_that_may_not_be_written_keep_nothing_from_being_filed(desk: Desk) -> None:
    desk.faults.set("PATCH *", "status", status=403)
    desk.sent()
    desk.file()
    assert desk.unfiled() == []
    assert "403" in desk.entries("columns missing")[0].text


@pytest.mark.parametrize("broken", ["PUT *", "PATCH *"])
def test_a_run_that_dies_before_it_recorded_the_filing_files_nothing_twice(
    desk: Desk, broken: str
) -> None:
    """The file or its columns are there, and the answer that says so is lost."""
    desk.sent()
    desk.faults.set(broken, "lost_answer", times=1)
    with pytest.raises(ConnectorError):
        desk.file()
    assert desk.unfiled() == ["a.html"]
    desk.file()
    assert list(desk.state.files) == [f"{FOLDER}/a.html".lower()]
    assert desk.columns()["KitartIncident"] == INCIDENT
    assert len(desk.entries("document filed")) == 1
    desk.file()
    assert len(desk.state.files) == 1


def test_a_run_that_dies_between_upload_and_record_files_nothing_twice(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = desk.sent()
    with monkeypatch.context() as crash:
        crash.setattr(documents, "mark_filed", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            desk.file()
    assert desk.unfiled() == ["a.html"]
    desk.file()
    (file,) = desk.state.files.values()
    assert file.content == document.html.encode()
    assert len(desk.entries("document filed")) == 1


def test_a_persons_file_of_that_name_is_left_and_the_record_says_where_ours_is(
    desk: Desk,
) -> None:
    desk.state.store(f"{FOLDER}/a.html", b"notes of a person", "text/html")
    document = desk.sent()
    desk.file()
    assert desk.state.files[f"{FOLDER}/a.html".lower()].content == b"notes of a person"
    name = f"a_{document.checksum[:8]}.html"
    assert desk.columns(name)["KitartSHA256"] == document.checksum
    (entry,) = desk.entries("document filed")
    assert f"as {name}: another file had the name a.html" in entry.text
    with desk.inst.journal.read() as session:
        url = documents.get(session, document.id).filed_url
    assert url
    assert url.endswith(name)


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each document has a PDF, made of its page."""

    def pdf(_inst: Any, _plan: Any, document: Document, _lease: Lease) -> Attachment:
        name = document.file_name.replace(".html", ".pdf")
        return Attachment(name, b"%PDF" + document.html.encode(), "application/pdf")

    monkeypatch.setattr(filing, "pdf_beside", pdf)


@pytest.mark.usefixtures("printed")
def test_the_pdf_carries_the_columns_too_with_a_checksum_of_its_own(desk: Desk) -> None:
    document = desk.sent("v1.html")
    desk.file()
    page, pdf = desk.columns("v1.html"), desk.columns("v1.pdf")
    content = desk.state.files[f"{FOLDER}/v1.pdf".lower()].content
    assert pdf == page | {"KitartSHA256": hashlib.sha256(content).hexdigest()}
    assert page["KitartSHA256"] == document.checksum
    desk.sent("v2.html", version=2)
    desk.file()
    assert {desk.columns(name)["KitartStatus"] for name in ("v1.html", "v1.pdf")} == {"superseded"}
    assert {desk.columns(name)["KitartStatus"] for name in ("v2.html", "v2.pdf")} == {"approved"}


@pytest.mark.usefixtures("printed")
def test_a_persons_pdf_of_that_name_is_left_too(desk: Desk) -> None:
    desk.state.store(f"{FOLDER}/a.pdf", b"theirs", "application/pdf")
    desk.sent()
    desk.file()
    assert desk.state.files[f"{FOLDER}/a.pdf".lower()].content == b"theirs"
    assert "another file had the name a.pdf" in desk.entries("document filed")[0].text


def test_what_is_wrong_with_one_document_holds_up_no_other(desk: Desk) -> None:
    desk.sent("what?.html")
    desk.sent("b.html", running_number=2)
    with pytest.raises(ConnectorError, match="file path is"):
        desk.file()
    assert desk.unfiled() == ["what?.html"]


@pytest.mark.parametrize("skip", [0, 1])
@pytest.mark.parametrize("kind", ["status404", "reset", "throttle", "lost_answer"])
def test_a_large_document_arrives_whole_wherever_its_pieces_break(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, kind: str, skip: int
) -> None:
    monkeypatch.setattr(upload_module, "PAUSE_S", 0.01)
    document = desk.sent(words="ő" * (2 * 1024 * 1024 + 1000))
    how: dict[str, Any] = {"kind": "status", "status": 404} if kind == "status404" else {
        "kind": kind, "retry_after": 0}  # fmt: skip
    desk.faults.set("PUT /upload/*", times=1, skip=skip, **how)
    if kind == "status404" or (kind, skip) == ("lost_answer", 1):
        # The session is gone: begun anew, it may have come to its end.
        with pytest.raises(ConnectorError, match="upload again"):
            desk.file()
    desk.file()
    (file,) = desk.state.files.values()
    assert hashlib.sha256(file.content).hexdigest() == document.checksum
    assert desk.unfiled() == []


def test_the_register_is_written_where_its_columns_hold_moments_and_where_they_are_text(
    desk: Desk,
) -> None:
    for kind in ("dateTime", "text"):
        register = desk.state.lists["Incidents"]
        register.rows.clear()
        register.columns = dict.fromkeys(
            ("Subject", "System", "State", "Priority", "Projects", "PlanHash"), "text"
        ) | dict.fromkeys(("ReportedAt", "RecoveredAt", "ClosedAt"), kind)
        with desk.inst.journal.write() as session:
            row = incidents.get(session, INCIDENT)
            row.recovered_at = None if row.recovered_at else NOW + timedelta(minutes=1)
        filing.update_register.fn(desk.lease)  # type: ignore[attr-defined]
        (made,) = register.rows.values()
        assert made.fields["ReportedAt"] == "2026-11-24T09:00:00Z"
        assert "ClosedAt" not in made.fields
