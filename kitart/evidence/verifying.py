"""Whether a pack is as it was exported, and the record as it was written: offline (D1)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import BaseModel, ConfigDict, ValidationError

from kitart.evidence import keys
from kitart.evidence.entries import check_entries, check_table, rows_in
from kitart.evidence.findings import (
    ADDED,
    CHANGED,
    REMOVED,
    UNTRUE,
    WRONG_KEY,
    WRONG_SIGNATURE,
    Finding,
)
from kitart.evidence.packing import MANIFEST, SIGNATURE, SUMS, digest, sums
from kitart.evidence.printed import check_documents, documents_in
from kitart.evidence.reading import ReadPack
from kitart.journal.hashing import first_hash


class SignedWith(BaseModel):
    """The key that a manifest names."""

    public_key: str
    fingerprint: str


class Manifest(BaseModel):
    """What a verification needs of a manifest."""

    model_config = ConfigDict(strict=True)

    incident: str
    exercise: bool
    plan_hash: str
    head: str
    entries: int
    addresses: str
    exported_at: str
    exported_by: str
    software: str
    signed_with: SignedWith
    files: dict[str, str]


@dataclass(frozen=True)
class Verdict:
    """What was found, nothing if the pack is intact; and what it is."""

    findings: tuple[Finding, ...]
    manifest: Manifest | None
    erased: tuple[int, ...]
    documents: int
    key_given: bool

    @property
    def intact(self) -> bool:
        """Whether nothing speaks against the pack."""
        return not self.findings


def verify(pack: ReadPack, public_key: Ed25519PublicKey | None = None) -> Verdict:
    """Go through a pack; with the company's ``public_key``, also who signed it."""
    files = pack.files
    found = [Finding(name, CHANGED, what) for name, what in pack.odd]
    manifest = _manifest(files.get(MANIFEST, b""))
    if manifest is None:
        what = (CHANGED, "it can't be read") if MANIFEST in files else (REMOVED, "")
        found.append(Finding(MANIFEST, *what))
        found += _sums(files)
        return Verdict(tuple(found), None, (), 0, public_key is not None)
    signature = list(_signature(files, manifest, public_key))
    found += signature
    found += _files(files, manifest, signed=not any(f.what != WRONG_KEY for f in signature))
    hashes, in_chain = _chain(files, manifest)
    found += in_chain
    rows, wrong = check_entries(
        files.get("timeline.json", b""),
        hashes,
        first_hash(manifest.incident, manifest.plan_hash),
        files.get("timeline.csv", b""),
    )
    found += wrong
    if not wrong:
        found += check_table(rows, files.get("timeline.csv", b""), manifest.exercise)
    found += _head(manifest, hashes)
    documents, odd = documents_in(files.get("documents.json", b""))
    if _as_listed(files, manifest, "documents.json"):
        found += odd
        # What a changed entry says of a report is told with the entry.
        told = {each.entry for each in wrong}
        sound = [row for row in rows if row["seq"] not in told]
        found += check_documents(documents, files, sound, hashes, manifest.incident)
    found += _plan(files, manifest)
    erased = tuple(row["seq"] for row in rows if row["erased_at"] is not None)
    return Verdict(tuple(dict.fromkeys(found)), manifest, erased, len(documents),
                   public_key is not None)  # fmt: skip


def _manifest(content: bytes) -> Manifest | None:
    try:
        return Manifest.model_validate_json(content)
    except ValidationError:
        return None


def _signature(
    files: Mapping[str, bytes], manifest: Manifest, given: Ed25519PublicKey | None
) -> Iterator[Finding]:
    try:
        own = keys.from_text(manifest.signed_with.public_key)
    except keys.KeyTrouble as trouble:
        yield Finding(MANIFEST, CHANGED, f"the key in it can't be read: {trouble}")
        return
    if given is not None and given.public_bytes_raw() != own.public_bytes_raw():
        yield Finding(
            SIGNATURE, WRONG_KEY,
            f"by the key {keys.fingerprint(own)}; the company's key is {keys.fingerprint(given)}",
        )  # fmt: skip
    if SIGNATURE not in files:
        yield Finding(SIGNATURE, REMOVED)
    elif not keys.signed_by(own, files[SIGNATURE], files[MANIFEST]):
        yield from _which_of_both(files)


def _which_of_both(files: Mapping[str, bytes]) -> Iterator[Finding]:
    """Manifest and signature don't fit: the checksums, which hold both, tell which was changed."""
    said = _said(files.get(SUMS, b""))
    changed = [n for n in (MANIFEST, SIGNATURE) if n in said and said[n] != digest(files[n])]
    for name in changed or [SIGNATURE]:
        detail = "" if changed else "the signature is not that of the manifest"
        yield Finding(name, CHANGED if changed else WRONG_SIGNATURE, detail)


def _files(files: Mapping[str, bytes], manifest: Manifest, *, signed: bool) -> Iterator[Finding]:
    outside = (MANIFEST, SIGNATURE, SUMS)
    for name, wanted in manifest.files.items():
        if name not in files:
            yield Finding(name, REMOVED)
        elif digest(files[name]) != wanted:
            yield Finding(name, CHANGED)
    for name in files:
        if name not in manifest.files and name not in outside:
            yield Finding(name, ADDED)
    if SUMS not in files:
        yield Finding(SUMS, REMOVED)
        return
    outer = {name: digest(files[name]) for name in (MANIFEST, SIGNATURE) if name in files}
    said = _said(files[SUMS])
    # Of a manifest or signature that was changed, its line here holds the old checksum.
    told = outer if signed else {name: said.get(name, right) for name, right in outer.items()}
    if files[SUMS] != sums(manifest.files | told):
        yield Finding(SUMS, CHANGED)


def _chain(files: Mapping[str, bytes], manifest: Manifest) -> tuple[list[str], list[Finding]]:
    """The chain's hashes, and the entries whose line in ``chain.json`` was changed: the timeline
    has them too, and where that is as it was, it tells."""
    chain = [_hash(row) for row in rows_in(files.get("chain.json", b""))[1:]]
    if _as_listed(files, manifest, "chain.json") or not _as_listed(
        files, manifest, "timeline.json"
    ):
        return [hash for hash in chain if hash is not None], []
    right = [_hash(row) or "" for row in rows_in(files["timeline.json"])]
    changed = [place for place, (a, b) in enumerate(zip(chain, right, strict=False), 1) if a != b]
    return right, [Finding("chain.json", CHANGED, "", place) for place in changed[:1]]


def _hash(row: Mapping[str, Any] | None) -> str | None:
    hash = None if row is None else row.get("hash")
    return hash if isinstance(hash, str) else None


def _as_listed(files: Mapping[str, bytes], manifest: Manifest, name: str) -> bool:
    return name in files and digest(files[name]) == manifest.files.get(name)


def _sums(files: Mapping[str, bytes]) -> Iterator[Finding]:
    """Without a manifest that can be read, the checksums tell what they can."""
    for name, wanted in _said(files.get(SUMS, b"")).items():
        if name in files and name != MANIFEST and digest(files[name]) != wanted:
            yield Finding(name, CHANGED)


def _said(content: bytes) -> dict[str, str]:
    lines = content.decode("utf-8", "replace").splitlines()
    return {name: hash for hash, _, name in (line.partition("  ") for line in lines)}


def _head(manifest: Manifest, hashes: list[str]) -> Iterator[Finding]:
    if len(hashes) != manifest.entries:
        counted = f"it has {len(hashes)} entries, the manifest says {manifest.entries}"
        yield Finding("chain.json", CHANGED, counted)
    right = hashes[-1] if hashes else first_hash(manifest.incident, manifest.plan_hash)
    if right != manifest.head:
        yield Finding("chain.json", CHANGED, "its end is not the head that the manifest names")


def _plan(files: Mapping[str, bytes], manifest: Manifest) -> Iterator[Finding]:
    """With the addresses masked the plan's hash can't be worked out; else it must fit (D30)."""
    content = files.get("plan.json")
    if content is None or manifest.addresses != "shown":
        return
    try:
        plan: Any = json.loads(content)
    except ValueError:
        return  # said already: it was changed
    text = json.dumps(plan, sort_keys=True, separators=(",", ":"))
    if digest(text.encode()) != manifest.plan_hash:
        yield Finding("plan.json", UNTRUE, "it is not the plan whose hash begins the chain")
