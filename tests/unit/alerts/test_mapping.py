"""A tool that Kitart has no reader for, by configuration alone, and what plan check says of it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from kitart.alerts.readers import UnreadablePost, read_post
from kitart.cli import app
from kitart.plan.loading import PlanError, load_plan
from kitart.plan.schema import MonitoringSource
from kitart.settings import HOUSE

NAGIOS = """
    - name: nagios
      kind: mapping
      time_zone: Europe/Budapest
      mapping:
        each: events
        dedup_key: "join('!', [host, service])"
        status: state
        statuses: {CRITICAL: firing, OK: resolved, 'true': firing, 3: unknown}
        severity: level
        title: output
        time: at
        labels: {host: host, service: service}
        ignore_when: "kind == 'CUSTOM'"
        ignore_reason: a note of an operator
      examples:
        - name: down
          body: {events: [{host: gw, service: sip, state: CRITICAL, level: 2, output: No route,
                           at: '2026-11-24 09:58:00'}]}
          expect:
            - {dedup_key: gw!sip, status: firing, severity: '2', title: No route,
               started_at: '2026-11-24T08:58:00Z'}
        - name: a note
          content_type: text/plain
          body: '{"events": [{"host": "gw", "service": "sip", "kind": "CUSTOM"}]}'
          expect: [{status: ignored, reason: a note of an operator, started_at: null}]
"""
RULE = "    - {id: nagios-carrier, source: nagios, match: {host: gw}, system: CARRIER}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The sample company with one more tool."""
    copy = Path(shutil.copytree(HOUSE / "config", tmp_path / "config"))
    file = copy / "monitoring.yaml"
    head, rules, tail = file.read_text().partition("  rules:\n")
    file.write_text(head + NAGIOS.lstrip("\n") + rules + tail + RULE)
    return copy


@pytest.fixture
def nagios(folder: Path) -> MonitoringSource:
    return next(s for s in load_plan(folder).monitoring.sources if s.name == "nagios")


def change(folder: Path, old: str, new: str) -> Path:
    text = (folder / "monitoring.yaml").read_text()
    assert old in text
    (folder / "monitoring.yaml").write_text(text.replace(old, new, 1))
    return folder


def run(*words: str, given: str = "") -> Result:
    return CliRunner().invoke(app, list(words), input=given, env={"COLUMNS": "200"})


def errors(folder: Path) -> list[str]:
    result = run("plan", "check", str(folder), "--json")
    problems = json.loads(result.stdout)["problems"]
    found = [f"{p['where']}: {p['message']}" for p in problems if p["severity"] == "error"]
    assert result.exit_code == (1 if found else 0)
    return found


def one(source: MonitoringSource, **event: Any) -> Any:
    body = {"host": "gw", "service": "sip", "state": "OK"} | event
    (reading,) = read_post(source, json.dumps({"events": [body]}).encode())
    return reading


def test_a_tool_is_added_by_configuration_alone(folder: Path) -> None:
    assert errors(folder) == []
    body = '{"events": [{"host": "gw", "service": "sip", "state": "critical"}, {"state": "OK", '
    body += '"host": "gw", "service": "sip"}]}'
    result = run("alert", "read", "--source", "nagios", "--dir", str(folder), "-", given=body)
    found = json.loads(result.stdout)
    assert [(a["source"], a["dedup_key"], a["status"]) for a in found] == [
        ("nagios", "gw!sip", "firing"), ("nagios", "gw!sip", "resolved"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("status: firing, severity", "status: resolved, severity",
         "examples[0].expect[0].status: nagios, 'down': the body gives 'firing'; "
         "'resolved' is expected"),
        ("title: output", "title: host",
         "expect[0].title: nagios, 'down': the body gives 'gw'; 'No route' is expected"),
        ("T08:58:00Z", "T09:58:00Z", "the body gives 2026-11-24T08:58:00+00:00; "
         "2026-11-24T09:58:00+00:00 is expected"),
        ("started_at: null}]", "started_at: null}, {}]",
         "examples[1].expect: nagios, 'a note': the body gives 1 alerts; 2 are expected"),
        ("each: events", "each: alerts",
         "examples[0].body: nagios, 'down': can't be read: each gives None; right would be a list"),
        ("service: sip, state: CRITICAL", "service: sip, status: CRITICAL",
         "can't be read: status: 'state' gives nothing in this body"),
    ],
)  # fmt: skip
def test_plan_check_tries_the_examples_and_names_the_field_that_differs(
    folder: Path, old: str, new: str, said: str
) -> None:
    (problem, *_) = errors(change(folder, old, new))
    assert problem.startswith("config/monitoring.yaml: monitoring.sources[11].examples")
    assert said in problem


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("status: state", "status: '[broken'", "'[broken' is not a JMESPath expression"),
        ("CRITICAL: firing", "CRITICAL: burning", "statuses"),
        ("      mapping:\n        each", "      mapped:\n        each", "mapped"),
        ("kind: mapping", "kind: zabbix", "kind is 'zabbix' and a mapping is there"),
        (
            "time_zone: Europe/Budapest\n      mapping",
            "time_zone: Mars/A\n      mapping",
            "Mars",
        ),
    ],
)
def test_a_mapping_that_can_not_be_used_is_refused_with_its_place(
    folder: Path, old: str, new: str, said: str
) -> None:
    with pytest.raises(PlanError, match=r"monitoring\.yaml: monitoring\.sources\[11\]") as refused:
        load_plan(change(folder, old, new))
    assert said in str(refused.value)


def test_a_kind_that_nothing_reads_is_named_with_those_that_are(folder: Path) -> None:
    (problem,) = errors(change(folder, "kind: prtg", "kind: ptrg"))
    assert "'ptrg' can't be read; right would be one of alertmanager, grafana" in problem


def test_a_mapping_without_an_example_is_worth_a_warning(folder: Path) -> None:
    text = (folder / "monitoring.yaml").read_text()
    start, end = text.index("      examples:"), text.index("  rules:")
    (folder / "monitoring.yaml").write_text(text[:start] + text[end:])
    result = run("plan", "check", str(folder))
    assert result.exit_code == 0
    assert "nagios has none; add a body and what it must give" in result.stdout


@pytest.mark.parametrize(
    ("state", "status"),
    [("CRITICAL", "firing"), ("critical", "firing"), ("OK", "resolved"), (True, "firing"),
     (3, "unknown"), ("else", "unknown")],
)  # fmt: skip
def test_states_are_mapped_whatever_their_capitals_and_others_are_unknown(
    nagios: MonitoringSource, state: Any, status: str
) -> None:
    assert one(nagios, state=state).status == status


def test_what_an_expression_can_not_do_with_a_body_is_named(nagios: MonitoringSource) -> None:
    with pytest.raises(UnreadablePost, match=r"dedup_key: .* can't be worked out for this body"):
        one(nagios, host=["a"])
    assert nagios.mapping is not None
    by_host = nagios.mapping.model_copy(update={"dedup_key": "host"})
    with pytest.raises(UnreadablePost, match="dedup_key: 'host' gives nothing in this body"):
        one(nagios.model_copy(update={"mapping": by_host}), host=None)


FIELDS = ["host", "service", "state", "at", "kind", "level"]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["host", "service", "state", "at", "events"]), inner)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(FIELDS), VALUES))
def test_whatever_stands_in_the_fields_gives_an_alert_with_a_key_or_is_refused(
    event: dict[str, Any],
) -> None:
    source = MonitoringSource.model_validate({
        "name": "n", "kind": "mapping", "mapping": {
            "dedup_key": "host", "status": "state", "statuses": {"a": "firing"}, "time": "at",
            "title": "to_string(level)", "ignore_when": "level > `3`", "severity": "sum(host)"},
    })  # fmt: skip
    try:
        found = read_post(source, json.dumps(event).encode())
    except UnreadablePost:
        return
    assert all(reading.dedup_key and reading.title for reading in found)
