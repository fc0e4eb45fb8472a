"""How far the record went is printed on each version of a report, and makes none of them stale."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from kitart.reports.editions import AUTHOR
from kitart.reports.facts import IncidentFacts
from kitart.reports.first_notification import build_first_notification
from kitart.reports.rendering import render
from kitart.reports.views import RecordMark

At = Callable[..., datetime]
Make = Callable[..., IncidentFacts]
MARK = RecordMark(57, "3f9a0c11d2e4b586")


@pytest.mark.covers("D1", "D25")
def test_the_record_stands_in_the_footer_of_page_and_text(make: Make, moment: At) -> None:
    view = build_first_notification(
        make(), "CL-1", now=moment("14:12"), author_role=AUTHOR, record=MARK
    )
    made = render(view)
    line = "Record INC-0142, entry 57, 3f9a0c11d2e4b586…"
    assert f'<p class="record">{line}</p>' in made.html
    assert made.text.rstrip().endswith(line)


@pytest.mark.covers("D26")
def test_a_hungarian_client_reads_it_in_hungarian(make: Make, moment: At) -> None:
    facts = make()
    clients = tuple(c.model_copy(update={"language": "hu"}) for c in facts.clients)
    facts = facts.model_copy(update={"clients": clients})
    view = build_first_notification(facts, "CL-1", now=moment("14:12"), record=MARK)
    assert "Nyilvántartás: INC-0142, 57. bejegyzés, 3f9a0c11d2e4b586…" in render(view).text


def test_a_version_from_before_the_mark_has_no_line_for_it(make: Make, moment: At) -> None:
    view = build_first_notification(make(), "CL-1", now=moment("14:12"))
    assert 'class="record"' not in render(view).html
