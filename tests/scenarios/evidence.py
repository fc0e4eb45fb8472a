"""What an auditor gets of a story's incident, and what is left of it when its words are erased."""

from __future__ import annotations

from typing import Any

import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kitart.evidence import packing
from kitart.evidence.collecting import collect
from kitart.evidence.reading import ReadPack
from kitart.evidence.verifying import Verdict, verify
from kitart.journal import erasing, evidence, plans, timeline
from kitart.messaging.sign_in_links import new_link

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def pack_of(story: Any) -> tuple[dict[str, bytes], Verdict]:
    """The incident's pack with addresses, and what its verification says."""
    with story.inst.journal.read() as session:
        record = evidence.read(session, story.incident.number)
        snapshot = plans.snapshot(session, record.incident["plan_hash"])
    contents = collect(record, snapshot, story.inst.settings.templates_dir, with_addresses=True)
    files = packing.sealed(contents, KEY, exported_at=story.clock.now(), exported_by="a story")
    return files, verify(ReadPack(dict(files)), KEY.public_key())


def assert_evidence(story: Any) -> None:
    """Its pack is intact and holds what lies in SharePoint, byte for byte, each report with the
    record's mark; when every entry is erased its chain still holds, and the pages still open."""
    files, verdict = pack_of(story)
    assert verdict.intact, verdict.findings
    packed = set(files.values())
    assert {each.content for each in story.world.tenant.files.values()} <= packed
    pages = [content for name, content in files.items() if name.endswith(".html")]
    assert pages
    assert all(b'<p class="record">' in page for page in pages)
    number = story.incident.number
    with story.inst.journal.write() as session:
        every = [entry.seq for entry in timeline.entries(session, number)]
        erasing.erase(
            session, number, entries=every, reason="its time is over", by="operator",
            now=story.clock.now(),
        )  # fmt: skip
    with story.inst.journal.read() as session:
        assert timeline.first_broken(session, story.incident) is None
    browser = requests.Session()
    browser.post(new_link(story.inst, "AM-1", by="operator"), timeout=10)
    for path in (f"/incident/{number}", "/board"):
        page = browser.get(f"{story.gateway_url}{path}", timeout=20)
        assert page.status_code == 200, page.text
    assert "its time is over" in browser.get(f"{story.gateway_url}/incident/{number}").text
