"""An incident's record becomes the files of a pack: the same journal gives the same bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from kitart.evidence import forms, plainly
from kitart.evidence.documents import Laid, lay_out
from kitart.evidence.masking import Mask, addresses_in, without_links
from kitart.journal.evidence import Record
from kitart.journal.hashing import first_hash
from kitart.plan.schema import Plan

LANGUAGES = ("en", "hu")
CALLERS_MASKED = "callers' names, numbers and words are masked; --with-addresses shows them"


@dataclass(frozen=True)
class Contents:
    """The files of a pack by name, and what the manifest says of them."""

    files: dict[str, bytes]
    about: dict[str, Any]


def collect(
    record: Record, snapshot: dict[str, Any], templates_dir: Path, *, with_addresses: bool
) -> Contents:
    """Everything but the manifest. Without ``with_addresses`` mail addresses and phone numbers of
    people are masked, wherever they stand but in timeline and reports, hashed as they are."""
    number, incident = record.incident["number"], record.incident
    entries = [dict(e) for e in record.entries]
    corrected = plainly.corrections(entries)
    for entry in entries:
        entry["corrected_by"] = corrected.get(entry["seq"])
    mask = Mask(_addresses(record, snapshot), show=with_addresses)
    laid = lay_out(record.tables["documents"], entries, Plan.from_snapshot(snapshot), templates_dir)
    exercise = bool(incident["exercise"])
    files = {
        "README.txt": _readme(templates_dir, number, exercise),
        "incident.json": plainly.one_file(mask(incident)),
        "timeline.json": plainly.rows_file(entries),
        "timeline.csv": plainly.timeline_csv(entries, exercise),
        "chain.json": _chain(record),
        "documents.json": plainly.rows_file(laid.rows),
        "messages.json": plainly.rows_file(_messages(record, laid, mask)),
        "questions.json": plainly.rows_file(mask(_questions(record))),
        "routing.json": plainly.one_file(_routing(entries)),
        "plan.json": plainly.one_file(mask(snapshot)),
        **laid.files,
    }
    for name in ("acknowledgements", "alerts", "cover_calls", "observations", "outage_reports",
                 "replies", "roll_calls"):  # fmt: skip
        files[f"{name}.json"] = plainly.rows_file(mask(record.tables[name]))
    missing = list(laid.missing)
    if record.calls_by_hand:
        shown = [forms.shown(row, mask, show=with_addresses) for row in record.calls_by_hand]
        files["calls_by_hand.json"] = plainly.rows_file(shown)
        files["calls_by_hand.csv"] = forms.as_table(shown, exercise)
        if not with_addresses:
            what = f"callers' data of {len(shown)} calls logged by hand"
            missing.append({"what": what, "why": CALLERS_MASKED})
    about = {
        "format": 1,
        "title": f"EXERCISE - no real incident: {number}" if exercise else number,
        "incident": number,
        "exercise": exercise,
        "plan_hash": incident["plan_hash"],
        "head": incident["head_hash"],
        "entries": incident["entries"],
        "record": f"broken from entry {record.broken_at} on" if record.broken_at else "whole",
        "addresses": "shown" if with_addresses else "masked",
        "calls_by_hand": {"forms": len(record.calls_by_hand), "sha256": record.calls_digest},
        "not_included": missing,
    }
    return Contents(files, about)


def _addresses(record: Record, snapshot: Mapping[str, Any]) -> set[str]:
    found = addresses_in(snapshot)
    found |= {row["address"] for row in record.tables["messages"]}
    return found | {row["sender"] for row in record.tables["replies"]}


def _readme(templates_dir: Path, number: str, exercise: bool) -> bytes:
    environment = Environment(
        loader=FileSystemLoader(templates_dir / "evidence"),
        undefined=StrictUndefined,
        autoescape=False,  # plain text
        keep_trailing_newline=True,
    )
    parts = [
        environment.get_template(f"readme_{language}.txt").render(number=number, exercise=exercise)
        for language in LANGUAGES
    ]
    return "\n\n".join(part.strip() for part in parts).encode() + b"\n"


def _chain(record: Record) -> bytes:
    """The hashes alone, one a line: what the entries are held against."""
    incident = record.incident
    head = {
        "incident": incident["number"],
        "plan_hash": incident["plan_hash"],
        "first": first_hash(incident["number"], incident["plan_hash"]),
        "head": incident["head_hash"],
        "entries": incident["entries"],
    }
    rows = [{"seq": e["seq"], "form": e["form"], "hash": e["hash"]} for e in record.entries]
    return plainly.rows_file([head, *rows])


def _messages(record: Record, laid: Laid, mask: Mask) -> list[dict[str, Any]]:
    pages = {row["id"]: row["html"] for row in laid.rows}
    rows = []
    for row in record.tables["messages"]:
        shown = dict(row) | {"html": None, "shows": pages.get(row["document_id"])}
        shown["text"] = None if shown["shows"] else without_links(row["text"])
        rows.append(mask(shown))
    return rows


def _questions(record: Record) -> list[dict[str, Any]]:
    """Each question with every answer that anybody gave, also the late and the refused ones."""
    answers = record.tables["answers"]
    return [
        dict(row) | {"answers": [a for a in answers if a["approval_id"] == row["id"]]}
        for row in record.tables["questions"]
    ]


def _routing(entries: list[dict[str, Any]]) -> dict[str, Any]:
    """How each line stood last, and the entries that say what was ordered, done and heard."""
    mine = [e for e in entries if e["type"].startswith("routing")]
    lines = {e["data"]["line"]: e["data"].get("state") or e["data"] for e in mine
             if e["data"].get("line")}  # fmt: skip
    return {"lines": lines, "entries": [e["seq"] for e in mine]}
