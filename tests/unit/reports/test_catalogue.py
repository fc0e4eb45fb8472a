"""The reports' catalogues hold the words of facts and rules, and nothing that breaks a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import get_args, get_type_hints

import pytest

from kitart.reports import facts as f
from kitart.reports.course import StateWord
from kitart.reports.views import Status
from kitart.rules.measured_times import Moments, measured_times
from kitart.rules.verdicts import Outcome, RtoTarget, judge, rto_results, worst
from tests import catalogues

DOMAIN = "reports"
NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
MARKUP = re.compile(r"[<>&]")


@pytest.mark.parametrize("language", catalogues.OTHERS)
def test_no_translation_holds_markup(language: str) -> None:
    """Texts of the templates go into HTML as they stand."""
    kept = catalogues.catalogue(language, DOMAIN)
    assert [m.id for m in kept if m.id and MARKUP.search(f"{m.id}{m.string}")] == []


def words_of_the_facts() -> Iterator[str]:
    """What facts and views say in fixed words."""
    for model, field in (
        (f.Number, "kind"),
        (f.ProjectEffect, "effect_start_kind"),
        (f.PriorityFacts, "state"),
        (f.ProofFacts, "kind"),
    ):
        yield from get_args(get_type_hints(model)[field])
    yield from get_args(StateWord)
    yield from get_args(Status)
    yield from f.FACTORS.values()


def words_of_the_rules() -> Iterator[str]:
    """What the rules give as reason, measure or definition."""
    yield from (outcome.value for outcome in Outcome)
    half, hour = timedelta(minutes=30), timedelta(hours=1)
    targets = [RtoTarget(half, NOW), RtoTarget(8 * hour, NOW + timedelta(minutes=5))]
    lowered = [RtoTarget(8 * hour, NOW), RtoTarget(half, NOW + hour)]
    verdicts = [
        judge(None, half, None, now=NOW),
        judge(NOW, half, None, now=NOW + hour),
        judge(NOW, half, NOW, now=NOW, awaiting_proof=True),
        worst([]),
        *(result.verdict for result in rto_results(NOW, targets, None, now=NOW + hour)),
        *(result.verdict for result in rto_results(NOW, lowered, None, now=NOW + 2 * hour)),
    ]
    results = rto_results(NOW, targets[:1], None, now=NOW)
    for row in measured_times(Moments(reported=NOW), results, None, now=NOW):
        yield from (row.measure, row.definition)
        verdicts.append(row.verdict)
    yield from (verdict.reason for verdict in verdicts if verdict.reason)


def test_the_words_of_facts_and_rules_are_among_the_texts() -> None:
    said = catalogues.texts_of(DOMAIN)
    assert [each for each in words_of_the_facts() if each not in said] == []
    assert [each for each in words_of_the_rules() if each not in said] == []
