"""``/metrics``: what it says, who may read it, and that the sample alert rules fit it."""

from __future__ import annotations

import re
import threading
from datetime import timedelta
from typing import Any

import pytest
import requests
import yaml
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from kitart.gateway import metrics
from kitart.gateway.happenings import NAMES
from kitart.gateway.metric_families import PROBE_STATES
from kitart.journal import acknowledgements, approvals, incidents, levels, observations, timeline
from kitart.messaging import questions
from kitart.settings import HOUSE, MetricsSettings

RULES = HOUSE / "docs" / "monitoring" / "prometheus-rules.yaml"


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "KEPT_S", 0.0)


def scrape(place: Any, **headers: str) -> requests.Response:
    return requests.get(f"{place.server.url}/metrics", headers=headers, timeout=30)


def samples(place: Any) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    answer = scrape(place)
    assert answer.status_code == 200, answer.text
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def value(place: Any, name: str, **labels: str) -> float | None:
    return samples(place).get((name, frozenset(labels.items())))


def opened(place: Any) -> None:
    place.post_alerts(place.alert())
    place.take_lease()


def test_an_installation_at_rest_says_so(place) -> None:
    found = samples(place)
    assert found["kitart_journal_up", frozenset()] == 1
    assert found["kitart_alarms_unacknowledged", frozenset()] == 0
    assert found["kitart_alarm_oldest_unacknowledged_seconds", frozenset()] == 0
    assert found["kitart_documents_waiting", frozenset()] == 0
    assert found["kitart_journal_size_bytes", frozenset()] > 0
    assert not [name for name, _ in found if name == "kitart_incidents_open"]


@pytest.mark.covers("A14")
def test_an_alarm_that_nobody_takes_grows_older_until_somebody_does(place) -> None:
    opened(place)
    place.clock.advance(minutes=7)
    assert value(place, "kitart_alarms_unacknowledged") == 1
    assert value(place, "kitart_alarm_oldest_unacknowledged_seconds") == 420
    with place.inst.journal.write() as session:
        acknowledgements.record(
            session, "INC-0001", "ert", "ERT-1", "ert", "cannot", via="link", now=place.clock.now()
        )
    assert value(place, "kitart_alarms_unacknowledged") == 1
    with place.inst.journal.write() as session:
        acknowledgements.record(
            session, "INC-0001", "ert", "ERT-2", "ert", "take", via="link", now=place.clock.now()
        )
    assert value(place, "kitart_alarms_unacknowledged") == 0
    assert value(place, "kitart_alarm_oldest_unacknowledged_seconds") == 0


def test_open_incidents_are_counted_by_kind_priority_and_level(place) -> None:
    opened(place)
    labels = {"kind": "vital systems offline", "exercise": "no"}
    assert value(place, "kitart_incidents_open", priority="none", level="none", **labels) == 1
    with place.inst.journal.write() as session:
        incidents.get(session, "INC-0001").priority = "P1"
        for project, level in (("ALPHA", 2), ("BRAVO", 3)):
            timeline.append(
                session, "INC-0001", levels.SET, "x", now=place.clock.now(),
                data={"project": project, "level": level, "view": levels.MANAGER},
            )  # fmt: skip
    assert value(place, "kitart_incidents_open", priority="P1", level="3", **labels) == 1
    with place.inst.journal.write() as session:
        incidents.close(session, "INC-0001", "closed", now=place.clock.now())
    assert value(place, "kitart_incidents_open", priority="P1", level="3", **labels) is None


def test_a_lapsed_lease_shows_until_a_run_has_the_incident(place) -> None:
    place.post_alerts(place.alert())
    assert value(place, "kitart_incidents_without_run") == 1
    place.take_lease()
    assert value(place, "kitart_incidents_without_run") == 0


def test_a_question_is_open_then_overdue_then_gone(place) -> None:
    opened(place)
    with place.inst.journal.write() as session:
        question = questions.priority(session, place.plan, "INC-0001", place.clock.now())
        row = approvals.ask(session, question, "ERT-1", now=place.clock.now())
        row.due_at = place.clock.now() + timedelta(minutes=10)
    assert value(place, "kitart_questions_open", kind="priority") == 1
    assert value(place, "kitart_questions_overdue", kind="priority") == 0
    place.clock.advance(minutes=11)
    assert value(place, "kitart_questions_overdue", kind="priority") == 1


def test_what_monitoring_sent_in_vain_is_counted(place) -> None:
    place.post_alerts(place.alert(service="unheard-of"))
    place.post(b"no json")
    assert value(place, "kitart_alerts_waiting", outcome="unmatched") == 1
    assert value(place, "kitart_alerts_waiting", outcome="unreadable") == 1


def test_messages_are_counted_by_channel_and_state(place) -> None:
    place.post_alerts(place.alert())
    # States that stay: a text is "accepted" only until the provider says that it was delivered.
    place.eventually(
        lambda: value(place, "kitart_messages", channel="sms", state="delivered"), "the first page"
    )
    place.eventually(
        lambda: value(place, "kitart_messages", channel="mail", state="accepted"), "and its mail"
    )


def test_our_own_probes_are_seen_with_their_age_and_the_time_they_took(place) -> None:
    opened(place)
    with place.inst.journal.write() as session:
        observations.add(
            session, "VCC", "up", "probe", "", now=place.clock.now(), incident="INC-0001",
            latency_s=0.25,
        )  # fmt: skip
    place.clock.advance(seconds=30)
    with place.inst.journal.write() as session:  # newer, and not our own look
        observations.add(
            session, "VCC", "down", "alert x", "", now=place.clock.now(), incident="INC-0001"
        )
    found = samples(place)
    vcc = ("system", "VCC")
    states = {
        state: found["kitart_probe_state", frozenset({vcc, ("state", state)})]
        for state in PROBE_STATES
    }
    assert states == {"up": 1, "down": 0, "unstable": 0, "unknown": 0}
    assert found["kitart_probe_age_seconds", frozenset({vcc})] == 30
    assert found["kitart_probe_latency_seconds", frozenset({vcc})] == 0.25


def test_writes_to_the_journal_are_timed(place) -> None:
    before = value(place, "kitart_journal_write_seconds_count") or 0
    opened(place)
    found = samples(place)
    counted = found["kitart_journal_write_seconds_count", frozenset()]
    assert counted >= before + 2
    assert found["kitart_journal_write_seconds_bucket", frozenset({("le", "+Inf")})] == counted
    assert found["kitart_journal_write_seconds_sum", frozenset()] > 0


def test_a_journal_that_is_away_is_a_figure_and_no_error(place, monkeypatch) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise OSError("the disk is gone")

    with monkeypatch.context() as patched:
        patched.setattr(metrics, "figures", away)
        found = samples(place)
    assert found["kitart_journal_up", frozenset()] == 0
    assert ("kitart_documents_waiting", frozenset()) not in found
    assert value(place, "kitart_journal_up") == 1  # and it comes back


def test_a_journal_that_hangs_is_not_waited_for(place, monkeypatch) -> None:
    free = threading.Event()
    real = metrics.figures

    def hangs(*args: Any, **options: Any) -> Any:
        free.wait(20)
        return real(*args, **options)

    monkeypatch.setattr(metrics, "LIMIT_S", 0.1)
    monkeypatch.setattr(metrics, "figures", hangs)
    try:
        assert value(place, "kitart_journal_up") == 0
        assert value(place, "kitart_journal_up") == 0
    finally:
        free.set()


def test_many_who_ask_at_once_cost_one_look(place, monkeypatch) -> None:
    monkeypatch.setattr(metrics, "KEPT_S", 60.0)
    place.post_alerts(place.alert(service="unheard-of"))
    assert value(place, "kitart_alerts_waiting", outcome="unmatched") == 1
    place.post_alerts(place.alert(service="unheard-of-too"))
    assert value(place, "kitart_alerts_waiting", outcome="unmatched") == 1


@pytest.mark.covers("D22")
def test_no_client_no_person_and_no_words_are_in_the_labels(place) -> None:
    opened(place)
    place.eventually(lambda: place.entries("message accepted"), "the first page")
    text = scrape(place).text
    secret = [
        *(p.id for p in place.plan.people), *(p.id for p in place.plan.projects),
        *(c.id for c in place.plan.clients), *(c.name for c in place.plan.clients),
        "does not answer",
    ]  # fmt: skip
    labels = re.findall(r"\{([^}]*)\}", text)
    for word in secret:
        assert not [each for each in labels if f'"{word}"' in each]


def test_without_a_token_it_is_read_on_this_machine_alone(place) -> None:
    assert scrape(place).status_code == 200
    for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"):
        answer = scrape(place, **{name: "127.0.0.1"})
        assert answer.status_code == 403
        assert "KITART_METRICS__TOKEN" in answer.text
    place.inst.settings.metrics = MetricsSettings.model_validate({"networks": ["10.1.0.0/16"]})
    assert scrape(place).status_code == 403


def test_with_a_token_it_is_read_by_whoever_sends_it(place) -> None:
    place.inst.settings.metrics = MetricsSettings(token=SecretStr("a-token-of-sixteen"))
    assert scrape(place).status_code == 401
    assert scrape(place, Authorization="Bearer a-token-of-sixteem").status_code == 401
    right = scrape(
        place, Authorization="Bearer a-token-of-sixteen", **{"X-Forwarded-For": "203.0.113.7"}
    )
    assert right.status_code == 200


def test_a_short_token_is_refused() -> None:
    with pytest.raises(ValueError, match="16 letters"):
        MetricsSettings(token=SecretStr("short"))


def test_prometheus_may_ask_for_openmetrics(place) -> None:
    answer = scrape(place, Accept="application/openmetrics-text;version=1.0.0")
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    assert answer.text.endswith("# EOF\n")


def known(place: Any) -> set[str]:
    opened(place)
    text = scrape(place).text
    return {family.name for family in text_string_to_metric_families(text)}


def test_each_metric_of_the_sample_alert_rules_is_one_that_is_there(place) -> None:
    rules = [r for g in yaml.safe_load(RULES.read_text())["groups"] for r in g["rules"]]
    names = known(place)
    assert len(rules) >= 8
    for rule in rules:
        assert {"alert", "expr", "labels", "annotations"} <= set(rule), rule
        assert re.fullmatch(r"\d+[smh]", rule.get("for", "0s"))
        assert rule["labels"]["severity"] in ("critical", "warning")
        assert rule["annotations"]["summary"].endswith(".")
        used = set(re.findall(r"kitart_\w+", rule["expr"]))
        assert used or rule["expr"].startswith("up"), rule
        for name in used:
            assert re.sub(r"_(bucket|count|sum)$", "", name) in names, name


def test_the_page_for_the_operator_names_every_metric_and_no_other(place) -> None:
    page = (HOUSE / "docs" / "monitoring-kitart.md").read_text()
    told = set(re.findall(r"^\| `(kitart_\w+)", page, re.MULTILINE))
    assert told == known(place)


def test_the_page_for_the_operator_names_every_event_and_no_other() -> None:
    page = (HOUSE / "docs" / "monitoring-kitart.md").read_text()
    assert set(re.findall(r"^\| `([a-z-]+)` \|", page, re.MULTILINE)) == set(NAMES.values())
