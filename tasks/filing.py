"""The register row and the sent documents in SharePoint; nothing filed twice (D18, E42)."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from kitart.connectors.attachment import Attachment
from kitart.connectors.errors import ConnectorError
from kitart.connectors.microsoft import RowRef, UploadedFile
from kitart.installation import Installation, installation
from kitart.journal import documents, incidents, leading, looks, register, timeline
from kitart.journal.database import Lease
from kitart.journal.tables import Document, Incident
from kitart.messaging.enclosing import pdf_beside
from kitart.plan.schema import Plan
from kitart.reports import filed
from kitart.reports.facts import DOCUMENTS_FILED
from tasks.steps import step

QUEUED, FILED = "document queued", "document filed"


def anything_to_file(session: Session, plan: Plan, incident: str) -> bool:
    """Whether a sent document is unfiled, or the mark of an older one or the register is behind."""
    if documents.anything_unfiled(session, incident) or _not_marked(session, incident):
        return True
    written = register.written(session, incident)
    return written is None or written.fields != register_fields(session, plan, incident)


@step("file the documents")
def file_documents(lease: Lease) -> None:
    """Upload what was sent and is not filed, each with its PDF beside it and its columns filled in.

    A repeat finds the same files: the PDF is made from the HTML that was kept, which gives the same
    bytes again. Where none can be made, the HTML is filed alone.
    """
    inst = installation()
    plan = inst.plan_of(lease.incident)
    with inst.journal.read() as session:
        waiting = documents.unfiled(session, lease.incident, whole=True)
    trouble: ConnectorError | None = None
    for document in waiting:
        try:
            _file(inst, plan, document, lease)
        except ConnectorError as refused:
            if not refused.permanent:
                raise
            # What is wrong with one document holds up no other.
            trouble = trouble or refused
    _mark_superseded(inst, lease)
    if trouble is not None:
        raise trouble


def _file(inst: Installation, plan: Plan, document: Document, lease: Lease) -> None:
    page = inst.microsoft.upload(
        file_path(document), document.html.encode(), "text/html; charset=utf-8"
    )
    _describe(inst, document, page, document.checksum, lease)
    # After the HTML: while SharePoint is away, no PDF is made in vain.
    pdf = pdf_beside(inst, plan, document, lease)
    pdf_file = _filed_beside(inst, document, pdf, lease) if pdf is not None else None
    if pdf_file is None:
        pdf = None
    items = [each.item_id for each in (page, pdf_file) if each is not None]
    now = inst.clock.now()
    with inst.journal.write(lease) as session:
        documents.mark_filed(session, document.id, page.web_url, now=now)
        timeline.append(
            session, lease.incident, FILED,
            f"{document.file_name} filed in SharePoint{_after(session, document, now)}, "
            f"SHA-256 {document.checksum[:16]}…; {_pdf_words(pdf)}"
            f"{_beside_words(page, pdf_file)}",
            now=now, data={"client": document.client, "document": document.id,
                           "checksum": document.checksum, "items": items, **_pdf_data(pdf)},
            key=f"filed:{document.id}",
        )  # fmt: skip


def _filed_beside(
    inst: Installation, document: Document, pdf: Attachment, lease: Lease
) -> UploadedFile | None:
    """The PDF in SharePoint; one that it refuses for good holds up nothing else."""
    try:
        file = inst.microsoft.upload(_beside(document, pdf.name), pdf.content, pdf.content_type)
    except ConnectorError as refused:
        if not refused.permanent:
            raise
        with inst.journal.write(lease) as session:
            timeline.append(
                session, document.incident, "no PDF made",
                f"{pdf.name} could not be filed beside its HTML: {refused.message}",
                now=inst.clock.now(), data={"client": document.client, "document": document.id},
                key=f"pdf-refused:{document.id}",
            )  # fmt: skip
        return None
    _describe(inst, document, file, _sum(pdf), lease)
    return file


def _describe(
    inst: Installation, document: Document, file: UploadedFile, checksum: str, lease: Lease
) -> None:
    """Fill in a file's columns; a library that does not take them keeps nothing from being filed.

    Raises ``ConnectorError`` for what may pass: then the whole is done again.
    """
    with inst.journal.read() as session:
        found = filed.card(
            document,
            checksum=checksum,
            late=timeline.has(session, document.incident, _queued_key(document)),
            superseded=documents.is_replaced(session, document),
            exercise=incidents.get(session, document.incident).exercise,
        )
    _write_columns(inst, document, file.item_id, found, lease)


def _write_columns(
    inst: Installation, document: Document, item: str, values: filed.Card, lease: Lease
) -> None:
    try:
        lacking = inst.microsoft.describe(item, values, filed.LIBRARY)
    except ConnectorError as refused:
        if not refused.permanent:
            raise
        why = refused.message
    else:
        if not lacking:
            return
        why = f"the library does not take {', '.join(lacking)}"
    with inst.journal.write(lease) as session:
        timeline.append(
            session, document.incident, "columns missing",
            f"Documents are filed without all their columns: {why}. An administrator makes them "
            "with 'kitart sharepoint init'",
            now=inst.clock.now(), data={"client": document.client, "document": document.id},
            key="columns-missing",
        )  # fmt: skip


def _mark_superseded(inst: Installation, lease: Lease) -> None:
    """A newer version was sent: the older one's files say that it is in force no longer (D25)."""
    with inst.journal.read() as session:
        items = {
            entry.data["document"]: entry.data.get("items", [])
            for entry in timeline.entries(session, lease.incident, FILED)
        }
        older = _not_marked(session, lease.incident)
    for document in older:
        mine = items.get(document.id, [])
        for item in mine:
            _write_columns(inst, document, item, {filed.STATUS: filed.SUPERSEDED}, lease)
        where = "marked so in SharePoint" if mine else "in SharePoint nothing says so"
        with inst.journal.write(lease) as session:
            timeline.append(
                session, lease.incident, "document superseded",
                f"{document.file_name} is superseded by a newer version; {where}",
                now=inst.clock.now(), data={"client": document.client, "document": document.id},
                key=_superseded_key(document),
            )  # fmt: skip


def _not_marked(session: Session, incident: str) -> list[Document]:
    return [
        document
        for document in documents.filed_but_replaced(session, incident)
        if not timeline.has(session, incident, _superseded_key(document))
    ]


def _superseded_key(document: Document) -> str:
    return f"superseded:{document.id}"


def _after(session: Session, document: Document, now: datetime) -> str:
    """How late it is filed, for a document that had to wait (D18)."""
    waited = timeline.has(session, document.incident, _queued_key(document))
    if not waited or document.sent_at is None:
        return ""
    return f" late, {round((now - document.sent_at).total_seconds() / 60)} min after it was sent"


def _queued_key(document: Document) -> str:
    return f"queued:{document.id}"


def file_path(document: Document) -> str:
    """Where a document is filed: a folder per incident and client (D23)."""
    return _beside(document, document.file_name)


def _beside(document: Document, name: str) -> str:
    return f"{filed.FOLDER}/{document.incident}/{document.client}/{name}"


def _beside_words(*files: UploadedFile | None) -> str:
    """Where they lie if somebody else's files had their names: theirs are left as they are."""
    return "".join(
        f"; as {file.name}: another file had the name {file.beside}"
        for file in files
        if file is not None and file.beside
    )


def _pdf_words(pdf: Attachment | None) -> str:
    return f"its PDF, SHA-256 {_sum(pdf)[:16]}…" if pdf is not None else "without a PDF"


def _pdf_data(pdf: Attachment | None) -> dict[str, str]:
    return {"pdf": pdf.name, "pdf_checksum": _sum(pdf)} if pdf is not None else {}


def _sum(pdf: Attachment) -> str:
    return hashlib.sha256(pdf.content).hexdigest()


@step("update the register")
def update_register(lease: Lease) -> None:
    """Create or change the incident's one row, by ETag; an unchanged row is left alone."""
    inst = installation()
    plan = inst.plan_of(lease.incident)
    with inst.journal.read() as session:
        fields = register_fields(session, plan, lease.incident)
        written = register.written(session, lease.incident)
    if written is not None and written.fields == fields:
        return
    known = RowRef(written.item_id, written.etag) if written else None
    ref = inst.microsoft.upsert_register_row(lease.incident, fields, known)
    with inst.journal.write(lease) as session:
        register.keep(session, lease.incident, ref.item_id, ref.etag, fields)


def register_fields(session: Session, plan: Plan, incident: str) -> dict[str, Any]:
    """The register's columns: what an operator looks for in the list."""
    row: Incident = incidents.get(session, incident)
    return {
        "Subject": row.title,
        "System": row.system_id,
        "State": row.state,
        "Priority": leading.priority_in_force(session, incident),
        "ReportedAt": register.written_moment(row.reported_at),
        "RecoveredAt": register.written_moment(row.recovered_at),
        "ClosedAt": register.written_moment(row.closed_at),
        "Projects": ", ".join(p.id for p in plan.projects_affected_by(row.system_id)),
        "PlanHash": row.plan_hash[:16],
    }


@step("filing has to wait")
def filing_waits(lease: Lease, why: str) -> None:
    """SharePoint does not take it: what was sent waits here, numbered, and is filed later (D18).

    What waits is the HTML, with its checksum; the PDF is made from it when it is filed.
    """
    inst = installation()
    now = inst.clock.now()
    with inst.journal.write(lease) as session:
        before = len(timeline.entries(session, lease.incident, QUEUED))
        waiting = [
            document for document in documents.unfiled(session, lease.incident)
            if not timeline.has(session, lease.incident, _queued_key(document))
        ]  # fmt: skip
        for number, document in enumerate(waiting, start=before + 1):
            timeline.append(
                session, lease.incident, QUEUED,
                f"{document.file_name} waits for SharePoint as number {number}, "
                f"SHA-256 {document.checksum[:16]}…",
                now=now, data={"client": document.client, "document": document.id,
                               "number": number, "checksum": document.checksum},
                key=_queued_key(document),
            )  # fmt: skip
        timeline.append(
            session, lease.incident, "filing waits",
            f"SharePoint does not take documents; they wait and are filed later ({why})",
            now=now, key=f"filing-waits:{now:%Y%m%d%H}",
        )  # fmt: skip


@step("record that all is filed")
def record_all_filed(lease: Lease, up_since: datetime) -> None:
    """SharePoint has taken the register row and every document: it does again what it is for."""
    inst = installation()
    plan = inst.plan_of(lease.incident)
    with inst.journal.write(lease) as session:
        system_id = incidents.get(session, lease.incident).system_id
        late = len(timeline.entries(session, lease.incident, QUEUED)) or "none"
        for project in plan.projects_affected_by(system_id):
            timeline.append(
                session, lease.incident, looks.PROVED,
                f"{project.id}: SharePoint takes documents; {late} had waited, all are filed",
                now=inst.clock.now(), source="our own write",
                data={"factor": DOCUMENTS_FILED, "kind": "our own write",
                      "project": project.id, "client": project.client},
                key=f"proof:filing:{project.id}:{up_since.isoformat()}",
            )  # fmt: skip
