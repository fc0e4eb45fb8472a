"""What holds for each tool that Kitart reads: a problem, its end, and whatever else is sent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kitart.alerts.posts import as_text
from kitart.alerts.readers import READERS, UnreadablePost, read_post
from kitart.plan.schema import MonitoringSource
from tests.unit.alerts.bodies import PAIRS, ZONES, one, read

PAYLOADS = Path(__file__).parents[3] / ".." / "shared" / "payloads"
STATES = ("firing", "resolved", "acknowledged", "suppressed", "unknown", "ignored")
TOOLS = sorted(READERS)


def test_each_tool_has_a_pair_of_bodies() -> None:
    assert sorted(PAIRS) == TOOLS


@pytest.mark.covers("E33")
@pytest.mark.parametrize("source", TOOLS)
def test_a_problem_and_its_end_have_one_key(source: str) -> None:
    pair, zone = PAIRS[source], ZONES.get(source)
    firing = one(source, pair.raw(pair.firing), pair.content_type, time_zone=zone)
    resolved = one(source, pair.raw(pair.resolved), pair.content_type, time_zone=zone)
    assert (firing.status, resolved.status) == ("firing", "resolved")
    assert firing.dedup_key == resolved.dedup_key == pair.key
    assert firing.severity == pair.severity
    assert firing.started_at is not None
    assert firing.started_at.isoformat() == pair.started_at
    assert firing.title != "alert without a title"
    assert (firing.reason, resolved.reason) == ("", "")


@pytest.mark.parametrize("source", TOOLS)
def test_json_is_read_whatever_the_sender_calls_it(source: str) -> None:
    raw = json.dumps(PAIRS[source].firing).encode()
    for kind in ("", "text/plain", "application/x-www-form-urlencoded", "application/octet-stream"):
        assert [r.status for r in read(source, raw, kind)] == ["firing"], kind
    assert one(source, json.dumps(raw.decode()).encode()).status == "firing"
    assert one(source, raw.decode().encode("utf-8-sig")).status == "firing"


@pytest.mark.parametrize("source", sorted(set(TOOLS) - {"alertmanager", "grafana"}))
def test_several_alerts_in_one_list_are_each_read(source: str) -> None:
    pair = PAIRS[source]
    found = read(source, [pair.firing, 7, pair.resolved])
    assert [r.status for r in found] == ["firing", "unknown", "resolved"]
    assert "right would be an object" in found[1].reason
    with pytest.raises(UnreadablePost, match="right would be an object"):
        read(source, [None, 1])
    with pytest.raises(UnreadablePost, match="an empty list"):
        read(source, [])


@pytest.mark.parametrize("source", TOOLS)
@pytest.mark.parametrize(
    "raw", [b"", b"{", b"\xff\xfe\x00", b"null", b"7", b'"text"', b"{}", b"<x/>"]
)
def test_a_broken_body_is_refused_in_plain_words(source: str, raw: bytes) -> None:
    with pytest.raises(UnreadablePost) as refused:
        read(source, raw)
    assert str(refused.value)
    assert "Traceback" not in str(refused.value)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    | st.sampled_from(["firing", "Down", "1", "$STATUS", "{EVENT.ID}", "%status", "\ud800"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn) -> tuple[str, bytes]:
    """A tool's body with some value in it replaced, taken out, or the text cut."""
    source = draw(st.sampled_from(TOOLS))
    body = json.loads(
        json.dumps(draw(st.sampled_from([PAIRS[source].firing, PAIRS[source].resolved])))
    )
    for _ in range(draw(st.integers(0, 3))):
        places = list(_places(body))
        inside, name = draw(st.sampled_from(places))
        if draw(st.booleans()):
            inside[name] = draw(VALUES)
        elif isinstance(inside, dict):
            del inside[name]
        if not list(_places(body)):
            break
    raw = json.dumps(body).encode()
    return source, raw[: draw(st.integers(0, len(raw)))] if draw(st.booleans()) else raw


def _places(value: Any) -> Any:
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for name, inner in list(items):
        yield value, name
        if isinstance(inner, dict | list):
            yield from _places(inner)


def _is_sound(source: str, raw: bytes, kind: str = "") -> None:
    try:
        found = read_post(MonitoringSource(name=source, kind=source), raw, kind)
    except UnreadablePost:
        return
    for reading in found:
        assert reading.status in STATES
        assert reading.dedup_key
        assert len(reading.dedup_key) <= 200
        assert 0 < len(reading.title) <= 300
        assert reading.reason or reading.status in ("firing", "resolved", "acknowledged", "unknown")
        assert reading.started_at is None or reading.started_at.utcoffset() is not None
        json.dumps([reading.labels, reading.title, reading.dedup_key], ensure_ascii=False).encode()


@settings(max_examples=400, deadline=None)
@given(mutated())
def test_a_body_that_was_changed_or_cut_gives_sound_readings_or_is_refused(
    case: tuple[str, bytes],
) -> None:
    _is_sound(*case)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(TOOLS), VALUES | st.binary(max_size=60), st.sampled_from(
    ["", "application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b",
     "text/plain; charset=latin-2", "nonsense", "multipart/form-data"]))  # fmt: skip
def test_whatever_is_posted_gives_sound_readings_or_is_refused(
    source: str, body: Any, kind: str
) -> None:
    _is_sound(source, body if isinstance(body, bytes) else json.dumps(body).encode(), kind)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("filler", [" ", "[", "{", "secret", '"', "( now: ", "%", "a=1&", "\\"])
def test_a_body_built_to_take_long_is_read_at_once(filler: str) -> None:
    long = filler * (200_000 // len(filler))
    for source in TOOLS:
        body = json.loads(json.dumps(PAIRS[source].firing))
        for inside, name in list(_places(body)):
            if isinstance(inside[name], str):
                inside[name] = f"x{long}x"
        _is_sound(source, json.dumps(body).encode())
    as_text(f'"{long}'.encode())
    as_text(long.encode())


FILES = {
    "alertmanager": "alertmanager", "grafana_unified": "grafana", "uptime_kuma": "uptime_kuma",
    "zabbix": "zabbix", "azure_monitor": "azure_monitor", "aws_sns_cloudwatch": "aws_sns",
    "pagerduty_v3": "pagerduty", "statuspage": "statuspage", "prtg": "prtg", "datadog": "datadog",
    "healthchecks": "healthchecks",
}  # fmt: skip


@pytest.mark.parametrize("file", sorted(FILES))
def test_published_bodies_are_read_as_their_makers_mean_them(file: str) -> None:
    if not (PAYLOADS / f"{file}.json").is_file():
        pytest.skip(f"{file}.json is not beside the checkout (../shared/payloads)")
    for sample in json.loads((PAYLOADS / f"{file}.json").read_text())["samples"]:
        raw = json.dumps(sample["body"]).encode()
        found = read(FILES[file], raw, sample["content_type"])
        wanted = {"control": "ignored"}.get(sample["state"], sample["state"])
        own = [alert["status"] for alert in sample["body"].get("alerts", [])]
        # A group that is over may hold alerts that are not: the alert's own word counts.
        assert [reading.status for reading in found] == (own or [wanted]), sample["name"]
        assert all(reading.dedup_key for reading in found)
