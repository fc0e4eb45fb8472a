"""Kitart's own test calls are counted in no report: they are nobody's (R42)."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from kitart.connectors.voice import CallRecord
from kitart.settings import SipSettings
from tasks.call_figures import callers_of

AT = datetime(2026, 3, 3, tzinfo=UTC)


def record(caller: str) -> CallRecord:
    return CallRecord(caller, "ALPHA", "+44", caller, "ALPHA-de", AT, "agent", "AG-001", 1.0, 2.0)


@pytest.mark.covers("R42")
@pytest.mark.parametrize("written", ["+442079460900", "442079460900"])
def test_calls_from_our_own_number_are_left_out_however_it_is_written(written: str) -> None:
    inst: Any = SimpleNamespace(settings=SimpleNamespace(sip=SipSettings(caller="+442079460900")))
    found = callers_of(inst, [record(written), record("+3610000000"), record("")])
    assert [each.caller for each in found] == ["+3610000000", ""]


def test_without_a_number_of_our_own_every_call_is_a_callers() -> None:
    inst: Any = SimpleNamespace(settings=SimpleNamespace(sip=SipSettings()))
    assert len(callers_of(inst, [record("+3610000000"), record("")])) == 2
