"""The PDF of a report that leaves: made, or the record says why there is none."""

from __future__ import annotations

import logging

from kitart.connectors.attachment import Attachment
from kitart.installation import Installation
from kitart.journal import timeline
from kitart.journal.database import Lease
from kitart.journal.tables import Document
from kitart.plan.schema import Plan
from kitart.reports.letterhead import letterhead_of
from kitart.reports.pdf import PdfNotMade, PdfUnavailable, pdf_name, pdf_of

log = logging.getLogger(__name__)

NO_PDF = "no PDF made"


def pdf_beside(
    inst: Installation, plan: Plan, document: Document, lease: Lease | None
) -> Attachment | None:
    """The PDF of an approved report, the same bytes each time; ``None`` where it can't be made,
    or is not wanted (``KITART_PDF=false``).

    A PDF never holds up the report itself: one that took too long or failed is not tried again.
    That this machine makes none at all is said once an incident. Raises ``LeaseLost`` alone.
    """
    if not inst.settings.pdf:
        return None
    with inst.journal.read() as session:
        if timeline.has(session, document.incident, _failed_key(document)):
            return None
    try:
        content = pdf_of(
            document.html,
            document.approved_at or document.created_at,
            letterhead=letterhead_of(plan, document.client),
            company=plan.company.name,
            templates_dir=inst.settings.templates_dir,
        )
    except PdfUnavailable as missing:
        text = f"Reports go out and are filed as HTML alone, without a PDF: {missing}"
        _record(inst, document, lease, text, "no-pdf")
        return None
    except Exception as failure:
        # Whatever keeps it from being made: the client waits for the report, not for its PDF.
        if not isinstance(failure, PdfNotMade):
            log.exception("the PDF of %s", document.file_name)
        text = f"{document.file_name} goes out and is filed as HTML alone: no PDF, {failure}"
        _record(inst, document, lease, text, _failed_key(document))
        return None
    return Attachment(pdf_name(document.file_name), content, "application/pdf")


def _failed_key(document: Document) -> str:
    return f"no-pdf:{document.id}"


def _record(
    inst: Installation, document: Document, lease: Lease | None, text: str, key: str
) -> None:
    log.warning("%s: %s", document.incident, text)
    with inst.journal.write(lease) as session:
        timeline.append(
            session, document.incident, NO_PDF, text, now=inst.clock.now(),
            data={"client": document.client, "document": document.id}, key=key,
        )  # fmt: skip
