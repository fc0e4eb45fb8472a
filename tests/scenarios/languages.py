"""Whether a client's reports are wholly in the language of its contract (A23, D26)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests import catalogues

# A client of each language.
READERS = {"CL-2": "en", "CL-3": "hu"}


def assert_told_in_its_language(
    story: Any, *types: str, readers: Mapping[str, str] = READERS
) -> None:
    """Each reader was sent these kinds of reports, and nothing of them is in another language."""
    for client, language in readers.items():
        assert story.plan.client(client).report.language == language
        sent = [d for d in story.documents(client) if d.sent_at]
        assert set(types) <= {d.type for d in sent}, (client, [d.type for d in sent])
        for document in sent:
            assert f'<html lang="{language}">' in document.html
            shown = f"{document.subject}\n{document.text}"
            foreign = catalogues.left_in_english(shown, "hu", "reports")
            assert bool(foreign) == (language == "en"), (client, document.subject, foreign)
