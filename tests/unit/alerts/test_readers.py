"""Reading what Alertmanager and Grafana send, with every trap that their posts hold."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitart.alerts import alertmanager, grafana
from kitart.alerts.moments import moment
from kitart.journal.alerts import Reading

PAYLOADS = Path(__file__).parents[3] / ".." / "shared" / "payloads"
T0 = datetime(2026, 11, 24, 9, 0, 1, 250000, tzinfo=UTC)


def alert(**fields: Any) -> dict[str, Any]:
    return {
        "status": "firing",
        "labels": {"alertname": "PhoneSystemDown", "service": "vcc", "severity": "critical"},
        "annotations": {"summary": "No calls for five minutes"},
        "startsAt": "2026-11-24T10:00:01.25+01:00",
        "endsAt": "0001-01-01T00:00:00Z",
        "fingerprint": "5ca1ab1e",
    } | fields


def post(*alerts: Any, **fields: Any) -> dict[str, Any]:
    return {"version": "4", "status": "firing", "receiver": "kitart", "alerts": [*alerts]} | fields


def one(**fields: Any) -> Reading:
    (reading,) = alertmanager.read(post(alert(**fields)))
    return reading


def test_an_alert_is_read_with_all_that_is_used_of_it() -> None:
    assert one() == Reading(
        source="alertmanager",
        dedup_key="5ca1ab1e",
        status="firing",
        title="No calls for five minutes",
        severity="critical",
        labels={"alertname": "PhoneSystemDown", "service": "vcc", "severity": "critical"},
        started_at=T0,
    )


def test_each_alert_of_a_post_has_its_own_state_whatever_the_group_says() -> None:
    found = alertmanager.read(
        post(alert(), alert(status="resolved"), alert(status=None), status="resolved")
    )
    assert [reading.status for reading in found] == ["firing", "resolved", "resolved"]


@pytest.mark.parametrize("status", ["suppressed", "", "FIRING", 1, {}, []])
def test_a_state_that_is_neither_is_not_taken_for_firing(status: object) -> None:
    assert alertmanager.read(post(alert(status=status), status=None))[0].status == "unknown"


def test_null_labels_and_notes_leave_an_alert_without_a_title() -> None:
    reading = one(labels=None, annotations=None)
    assert reading.labels == {}
    assert reading.severity is None
    assert reading.title == "alert without a title"


def test_values_of_labels_that_are_no_texts_are_read_as_texts() -> None:
    reading = one(labels={"id": 123456789012345678, "ok": True, "none": None})
    assert reading.labels == {"id": "123456789012345678", "ok": "True"}


def test_a_missing_fingerprint_is_made_from_the_labels_in_any_order() -> None:
    first = one(fingerprint=None, labels={"a": "1", "b": "2"})
    same = one(fingerprint="", labels={"b": "2", "a": "1"})
    other = one(fingerprint=None, labels={"a": "12", "b": ""})
    assert first.dedup_key == same.dedup_key != other.dedup_key
    assert first.dedup_key


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (None, None),
        ("", None),
        (0, None),
        ("yesterday", None),
        ("%date%", None),
        ("0001-01-01T00:00:00Z", None),
        ("9999-12-31T23:59:59-05:00", None),
        ("2026-11-24T09:00:01.250000999Z", T0),
        ("2026-11-24T10:00:01.250000999+01:00", T0),
        ("2026-11-24T09:00:01.25", T0),
        (" 2026-11-24 09:00:01.25Z ", T0),
    ],
)
def test_times_are_read_in_utc_and_what_is_no_time_is_none(written: Any, meant: Any) -> None:
    assert moment(written) == meant
    assert one(startsAt=written).started_at == meant


def test_an_unreadable_alert_stands_beside_the_readable_ones() -> None:
    found = alertmanager.read(post(None, "down", alert()))
    assert [reading.status for reading in found] == ["unknown", "unknown", "firing"]
    assert found[0].reason == "is None"
    assert found[0].dedup_key != found[1].dedup_key


def test_alerts_that_the_monitor_left_out_are_told() -> None:
    reading, left_out = alertmanager.read(post(alert(), truncatedAlerts=12))
    assert reading.status == "firing"
    assert left_out.status == "ignored"
    assert left_out.title.startswith("12 more alerts")
    assert len(alertmanager.read(post(alert(), truncatedAlerts=0))) == 1
    assert len(alertmanager.read(post(alert(), truncatedAlerts=None))) == 1


def test_version_3_with_a_numeric_group_key_is_read_too() -> None:
    body = post(alert(fingerprint=None), version="3", groupKey=14695981039346656037)
    assert alertmanager.read(body)[0].status == "firing"


@pytest.mark.parametrize("body", [None, [], "text", 7, {}, {"alerts": {}}, {"alerts": "none"}])
def test_what_is_no_post_is_refused_with_what_would_be_right(body: object) -> None:
    for read in (alertmanager.read, grafana.read):
        with pytest.raises(ValueError, match="right would be"):
            read(body)


def test_grafana_is_read_as_its_own_source() -> None:
    (reading,) = grafana.read(post(alert(startsAt="2026-11-24T10:00:01.250000123+01:00"),
                                   version="1", groupKey="{}:{}", state="alerting"))  # fmt: skip
    assert (reading.source, reading.status, reading.started_at) == ("grafana", "firing", T0)


def test_grafanas_test_button_is_ignored_by_its_empty_receiver_or_its_alerts_name() -> None:
    (by_receiver,) = grafana.read(post(alert(), receiver=""))
    assert (by_receiver.status, by_receiver.reason) == (
        "ignored", "a post of Grafana's test button",
    )  # fmt: skip
    test_alert = alert(labels={"alertname": "TestAlert", "instance": "Grafana"})
    found = grafana.read(post(test_alert, alert()))
    assert [reading.status for reading in found] == ["ignored", "firing"]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
FIELDS = ["status", "labels", "annotations", "startsAt", "endsAt", "fingerprint"]


@given(
    st.lists(VALUES | st.dictionaries(st.sampled_from(FIELDS), VALUES), max_size=4),
    st.dictionaries(st.sampled_from(["status", "receiver", "groupKey", "truncatedAlerts"]), VALUES),
)
def test_whatever_stands_in_the_fields_every_alert_gives_a_reading(
    alerts: list[Any], fields: dict[str, Any]
) -> None:
    for read in (alertmanager.read, grafana.read):
        found = read({"alerts": alerts} | fields)
        assert len(found) >= len(alerts)
        for reading in found:
            assert reading.status in ("firing", "resolved", "unknown", "ignored")
            assert reading.title
            assert reading.dedup_key
            assert len(reading.title) <= 300
            json.dumps(reading.labels, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    ("file", "read", "expected"),
    [
        ("alertmanager.json", alertmanager.read, {"v4_firing": "firing", "v4_resolved": "firing"}),
        ("grafana_unified.json", grafana.read, {"firing": "firing", "resolved": "resolved"}),
    ],
)
def test_published_bodies_are_read(file: str, read: Any, expected: dict[str, str]) -> None:
    if not (PAYLOADS / file).is_file():
        pytest.skip(f"{file} is not beside the checkout (../shared/payloads)")
    samples = json.loads((PAYLOADS / file).read_text())["samples"]
    for sample in samples:
        found = read(sample["body"])
        assert found
        # A group that is over may hold alerts that are not: the alert's own word counts.
        own = [alert["status"] for alert in sample["body"]["alerts"]]
        assert [reading.status for reading in found] == own
        assert all(reading.started_at is not None for reading in found)
        assert all(reading.dedup_key for reading in found)
    seen = {sample["name"]: read(sample["body"])[0].status for sample in samples}
    assert seen | expected == seen
