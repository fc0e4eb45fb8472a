"""Every version of every report for a pack: page, text, and the PDF where it can be had again."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from kitart.evidence.plainly import Row
from kitart.journal import documents as versions
from kitart.plan.schema import Plan
from kitart.reports.letterhead import letterhead_of
from kitart.reports.pdf import PdfNotMade, pdf_name, pdf_of

FILED = "document filed"


@dataclass
class Laid:
    """The files of the documents by name, their rows, and what could not be had and why."""

    files: dict[str, bytes] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)
    missing: list[dict[str, str]] = field(default_factory=list)


def lay_out(
    documents: Sequence[Row], entries: Sequence[Row], plan: Plan, templates_dir: Path
) -> Laid:
    """Each version under its place in the incident: ``documents/03_INC-0142_…_v1.html``.

    A PDF that was filed is made again from the HTML and is taken only when it is the same byte
    for byte, by the checksum in the record (D18).
    """
    laid = Laid()
    replaced = versions.replaced(
        (row["id"], (row["client"], row["type"], row["running_number"]), row["version"],
         row["sent_at"] is not None)
        for row in documents
    )  # fmt: skip
    for place, row in enumerate(documents, start=1):
        name = f"documents/{place:02d}_{row['file_name']}"
        text_name = f"{name.removesuffix('.html')}.txt"
        laid.files[name] = row["html"].encode()
        laid.files[text_name] = row["text"].encode()
        pdf = _pdf(row, entries, plan, templates_dir, pdf_name(name), laid)
        kept = {k: v for k, v in row.items() if k not in ("html", "text", "facts")}
        laid.rows.append(
            kept
            | {
                "record": row["facts"].get("_record"),
                "html": name,
                "text": text_name,
                "pdf": pdf,
                "replaced_by_version": replaced.get(row["id"]),
            }
        )
    return laid


def _pdf(
    row: Row, entries: Sequence[Row], plan: Plan, templates_dir: Path, name: str, laid: Laid
) -> str | None:
    wanted = next(
        (
            e["data"]["pdf_checksum"]
            for e in entries
            if e["type"] == FILED
            and e["data"].get("document") == row["id"]
            and "pdf_checksum" in e["data"]
        ),
        None,
    )
    if wanted is None:
        return None
    why = ""
    try:
        content = pdf_of(
            row["html"],
            datetime.fromisoformat(row["approved_at"] or row["created_at"]),
            letterhead=letterhead_of(plan, row["client"]),
            company=plan.company.name,
            templates_dir=templates_dir,
        )
    except PdfNotMade as trouble:
        why = str(trouble)
    else:
        if hashlib.sha256(content).hexdigest() == wanted:
            laid.files[name] = content
            return name
        why = "made again here it is not the same byte for byte (other fonts or libraries)"
    laid.missing.append(
        {"what": name, "why": why, "sha256_of_the_filed_one": wanted, "filed": row["filed_url"]}
    )
    return None
