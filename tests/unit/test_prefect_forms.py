"""Forms on a Prefect server: what needs no server to be seen."""

from __future__ import annotations

import threading

import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings

from kitart.orchestrator import OrchestratorError
from kitart.prefect_forms import PrefectForms, Sheet, _given

SHEET = Sheet(
    question="INC-0001:priority", incident="INC-0001", version=1, name="INC-0001: Priority",
    state="Asked: ERT member ERT-1.", description="How urgent is it?", answers=("P1", "P2"),
    people=("ERT member ERT-1",), words="The reason", about_words="May stay empty.",
    words_needed=False, about_code="It proves that the person answers.", code_needed=False,
)  # fmt: skip


def test_without_a_prefect_server_none_is_started_for_the_forms() -> None:
    with temporary_settings(restore_defaults={PREFECT_API_URL}):
        with pytest.raises(OrchestratorError, match="PREFECT_API_URL"):
            PrefectForms().standing()
        PrefectForms().listen(lambda run: None, threading.Event())


def test_a_server_that_is_away_is_an_expected_failure() -> None:
    with temporary_settings({PREFECT_API_URL: "http://127.0.0.1:9/api"}):
        for work in (
            lambda: PrefectForms().standing(),
            lambda: PrefectForms().put_up(SHEET),
            lambda: PrefectForms().answers("00000000-0000-0000-0000-000000000001"),
        ):
            with pytest.raises(OrchestratorError, match="Prefect was asked"):
                work()


def test_listening_to_a_server_that_is_away_ends_when_it_is_told_to() -> None:
    stop = threading.Event()
    heard: list[str] = []
    with temporary_settings({PREFECT_API_URL: "http://127.0.0.1:9/api"}):
        threading.Timer(0.5, stop.set).start()
        PrefectForms().listen(heard.append, stop)
    assert heard == []


@pytest.mark.parametrize(
    ("sent", "fields"),
    [
        ('{"answer": "P1", "words": "w", "person": "x"}', ("P1", "w", "x")),
        ('{"answer": "P1", "person": "x"}', ("P1", "", "x")),
        ('{"answer": 7, "words": null, "person": ["x"]}', ("", "", "")),
        ("[1]", ("", "", "")),
        ("no json", ("", "", "")),
    ],
)
def test_whatever_was_sent_is_read_without_trusting_it(
    sent: str, fields: tuple[str, str, str]
) -> None:
    given = _given("run", "key", sent)
    assert (given.answer, given.words, given.person) == fields


def test_a_sheet_is_known_again_by_what_it_shows() -> None:
    from dataclasses import replace

    assert replace(SHEET, parent="another run").mark == SHEET.mark
    for changed in (
        replace(SHEET, people=("ERT member ERT-1", "ERT member ERT-2")),
        replace(SHEET, description="How urgent is it now?"),
        replace(SHEET, version=2),
    ):
        assert changed.mark != SHEET.mark
    # A pause's key takes lower case, digits and dashes alone.
    assert SHEET.mark.isalnum()
    assert SHEET.mark == SHEET.mark.lower()
