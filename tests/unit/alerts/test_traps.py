"""The traps that each tool's posts hold, one body of our own for each."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from kitart.alerts.readers import UnreadablePost
from kitart.journal.alerts import BY_KEY, BY_ORDER
from tests.unit.alerts.bodies import (
    TOPIC,
    alarm,
    azure,
    check,
    datadog,
    kuma,
    one,
    page,
    pager,
    prtg,
    read,
    sns,
    zabbix,
)


def state(source: str, body: Any, content_type: str = "", **options: Any) -> tuple[str, str]:
    reading = one(source, body, content_type, **options)
    return reading.status, reading.reason


# --- Grafana before version 8 -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "status"),
    [("alerting", "firing"), ("ok", "resolved"), ("no_data", "unknown"), ("paused", "suppressed")],
)
def test_grafanas_older_alerting_tells_one_rule(word: str, status: str) -> None:
    body = {"ruleId": 7, "ruleName": "No calls", "state": word, "tags": {"service": "vcc"}}
    reading = one("grafana", body)
    assert (reading.status, reading.dedup_key) == (status, "7")
    assert reading.labels["service"] == "vcc"


def test_grafanas_older_test_button_is_ignored() -> None:
    body = {"ruleId": 0, "ruleName": "Test notification", "state": "alerting"}
    assert state("grafana", body)[0] == "ignored"


# --- Uptime Kuma ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "status"),
    [(0, "firing"), ("0", "firing"), (1, "resolved"), (2, "unknown"), (3, "suppressed"),
     (9, "unknown"), (None, "unknown"), (True, "unknown")],
)  # fmt: skip
def test_pending_and_maintenance_of_uptime_kuma_are_not_firing(code: Any, status: str) -> None:
    assert state("uptime_kuma", kuma(code))[0] == status


def test_uptime_kumas_test_button_and_messages_without_a_heartbeat_are_ignored() -> None:
    body = {"heartbeat": None, "monitor": None, "msg": "Kuma Testing"}
    assert state("uptime_kuma", body)[0] == "ignored"
    expiring = {"heartbeat": None, "monitor": {"id": 1}, "msg": "certificate expires in 7 days"}
    assert state("uptime_kuma", expiring)[0] == "ignored"


def test_uptime_kuma_by_form_data_carries_its_post_in_one_field() -> None:
    text = json.dumps(kuma(0))
    raw = (
        f'--x\r\nContent-Disposition: form-data; name="data"\r\n\r\n{text}\r\n--x--\r\n'
    ).encode()
    reading = one("uptime_kuma", raw, "multipart/form-data; boundary=x")
    assert (reading.status, reading.dedup_key) == ("firing", "12")


def test_a_null_monitor_is_named_by_its_heartbeat_and_tags_are_labels() -> None:
    assert one("uptime_kuma", kuma(0) | {"monitor": None}).dedup_key == "12"
    assert one("uptime_kuma", kuma(0)).labels["site"] == "budapest"


def test_uptime_kumas_time_is_utc_whatever_its_zone() -> None:
    body = kuma(0)
    body["heartbeat"] |= {"timezone": "Asia/Tokyo", "localDateTime": "2026-11-24 17:58:00"}
    reading = one("uptime_kuma", body, time_zone="Europe/Budapest")
    assert reading.started_at is not None
    assert reading.started_at.isoformat() == "2026-11-24T08:58:00+00:00"


# --- Zabbix -----------------------------------------------------------------------------------


def test_a_comment_on_a_problem_of_zabbix_is_no_new_problem() -> None:
    status, reason = state("zabbix", zabbix("1", event_update_status="1",
                                            event_update_action="commented"))  # fmt: skip
    assert (status, reason) == ("ignored", "an update of a problem that is known: commented")


@pytest.mark.parametrize(
    ("action", "status"),
    [("acknowledged", "acknowledged"), ("acknowledged, commented", "acknowledged"),
     ("unacknowledged", "ignored"), ("{EVENT.UPDATE.ACTION}", "ignored")],
)  # fmt: skip
def test_a_problem_acknowledged_in_zabbix_is_acknowledged(action: str, status: str) -> None:
    body = zabbix("1", event_update_status="1", event_update_action=action)
    assert state("zabbix", body)[0] == status


def test_macros_that_were_not_filled_in_are_absent() -> None:
    reading = one(
        "zabbix",
        zabbix(
            "1",
            event_nseverity="{EVENT.NSEVERITY}",
            event_name="*UNKNOWN*",
            alert_subject="Problem: silent",
            event_tags="{EVENT.TAGSJSON}",
        ),
    )
    assert (reading.severity, reading.title) == (None, "Problem: silent")
    assert "scope" not in reading.labels


def test_zabbixs_test_button_sends_macros_only() -> None:
    body = {"event_id": "{EVENT.ID}", "event_value": "{EVENT.VALUE}", "event_name": "{EVENT.NAME}"}
    assert state("zabbix", body)[0] == "ignored"


def test_a_recovery_names_the_problem_and_carries_its_own_id_beside() -> None:
    reading = one("zabbix", zabbix("0", recovery_id="88009", event_recovery_value="0"))
    assert (reading.status, reading.dedup_key) == ("resolved", "88001")
    by_recovery = one("zabbix", zabbix("1", event_recovery_value="0"))
    assert by_recovery.status == "resolved"


@pytest.mark.parametrize("names", ["EVENT.ID EVENT.VALUE", "eventId eventValue", "eventid value"])
def test_the_keys_are_the_media_type_authors_own(names: str) -> None:
    key, value = names.split()
    reading = one("zabbix", {key: "88001", value: "1", "Event-Name": "Silent"})
    assert (reading.dedup_key, reading.status, reading.title) == ("88001", "firing", "Silent")


@pytest.mark.parametrize(
    ("fields", "status"),
    [({"event_status": "PROBLEM"}, "firing"), ({"trigger_status": "OK"}, "resolved"),
     ({"alert_subject": "Resolved: Silent"}, "resolved"),
     ({"alert_subject": "Problem: Silent"}, "firing")],
)  # fmt: skip
def test_a_zabbix_post_without_a_value_is_read_by_its_words(fields: Any, status: str) -> None:
    assert state("zabbix", {"event_id": "5"} | fields)[0] == status


def test_maintenance_suppresses_a_problem_of_zabbix_and_never_its_end() -> None:
    assert state("zabbix", zabbix("1", event_suppressed="1"))[0] == "suppressed"
    assert state("zabbix", zabbix("0", event_suppressed="1"))[0] == "resolved"


@pytest.mark.parametrize("source", ["1", "2", "3"])
def test_events_of_zabbix_that_are_no_problems_are_ignored(source: str) -> None:
    assert state("zabbix", zabbix("1", event_source=source))[0] == "ignored"


def test_the_start_is_found_in_the_message_in_the_servers_own_time() -> None:
    body = {"event_id": "5", "event_value": "1", "trigger_id": "9",
            "alert_message": "Problem started at 09:58:00 on 2026.11.24\r\nHost: a"}  # fmt: skip
    reading = one("zabbix", body, time_zone="Europe/Budapest")
    assert str(reading.started_at) == "2026-11-24 08:58:00+00:00"
    assert str(one("zabbix", body).started_at) == "2026-11-24 09:58:00+00:00"


def test_a_problem_of_zabbix_known_by_its_trigger_alone_may_come_again() -> None:
    reading = one("zabbix", zabbix("1", event_id="{EVENT.ID}"))
    assert (reading.dedup_key, reading.told_apart) == ("501", BY_ORDER)
    assert one("zabbix", zabbix("1")).told_apart == BY_KEY


# --- Azure Monitor ----------------------------------------------------------------------------


def test_a_budget_alert_has_null_essentials_and_is_ignored() -> None:
    body = {"schemaId": "AIP Budget Notification",
            "data": {"BudgetName": "Cloud", "essentials": None}}  # fmt: skip
    assert state("azure_monitor", body)[0] == "ignored"
    del body["data"]["essentials"]  # type: ignore[attr-defined]
    assert state("azure_monitor", body)[0] == "ignored"


@pytest.mark.parametrize(
    ("properties", "status"),
    [({"incidentType": "Incident", "stage": "Active"}, "firing"),
     ({"incidentType": "Incident", "stage": "Resolved"}, "resolved"),
     ({"incidentType": "Maintenance", "stage": "Planned"}, "suppressed"),
     ({"incidentType": "Maintenance", "stage": "Complete"}, "resolved"),
     ({"incidentType": "Informational"}, "ignored"), ({}, "firing")],
)  # fmt: skip
def test_service_health_stays_fired_to_the_end_so_its_stage_counts(
    properties: dict[str, str], status: str
) -> None:
    context = {"properties": properties | {"trackingId": "TRK-1", "service": "Exchange Online"}}
    reading = one("azure_monitor", azure("Fired", context, monitoringService="ServiceHealth"))
    assert (reading.status, reading.dedup_key) == (status, "TRK-1")
    assert reading.labels["service"] == "Exchange Online"


@pytest.mark.parametrize(
    ("health", "status"),
    [("Unavailable", "firing"), ("Available", "resolved"), ("Unknown", "unknown")],
)
def test_resource_health_is_read_by_the_health_of_the_resource(health: str, status: str) -> None:
    context = {"properties": {"currentHealthStatus": health}}
    assert (
        state("azure_monitor", azure("Fired", context, monitoringService="Resource Health"))[0]
        == status
    )


def test_null_severity_times_and_origin_do_not_stop_an_azure_alert() -> None:
    reading = one("azure_monitor", azure("Fired", severity=None, originAlertId=None,
                                         firedDateTime=None, alertTargetIDs=None))  # fmt: skip
    assert (reading.status, reading.severity, reading.started_at) == ("firing", None, None)
    assert reading.dedup_key.endswith("alerts/a-1")


@pytest.mark.parametrize(("word", "status"), [("Activated", "firing"), ("Deactivated", "resolved")])
def test_azures_older_schema_is_read_too(word: str, status: str) -> None:
    context = {"id": "/rules/cpu", "name": "cpu", "timestamp": "2026-11-24T08:58:00Z",
               "resourceId": "/vm/1", "severity": "2"}  # fmt: skip
    body = {"schemaId": "AzureMonitorMetricAlert", "data": {"status": word, "context": context}}
    assert state("azure_monitor", body)[0] == status


# --- AWS --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["SubscriptionConfirmation", "UnsubscribeConfirmation"])
def test_a_subscription_is_no_alert(kind: str) -> None:
    reading = one(
        "aws_sns", sns("You have chosen …", Type=kind, Token="t", SubscribeURL="https://x")
    )
    assert (reading.status, reading.dedup_key) == ("ignored", f"{kind}:{TOPIC}")
    assert reading.reason


def test_insufficient_data_is_neither() -> None:
    reading = one("aws_sns", sns(alarm("INSUFFICIENT_DATA")))
    assert (reading.status, reading.reason) == ("unknown", "NewStateValue is 'INSUFFICIENT_DATA'")


def test_an_alarm_without_an_arn_is_named_by_account_region_and_name() -> None:
    reading = one("aws_sns", sns(alarm("ALARM", AlarmArn=None)))
    assert reading.dedup_key == "210000000001:EU (Frankfurt):client-crm-2-away"


@pytest.mark.parametrize("message", ["hello", '{"budget": 12}', "[1]", "{broken"])
def test_a_message_that_is_no_alarm_is_ignored(message: str) -> None:
    assert state("aws_sns", sns(message))[0] == "ignored"


def test_an_alarm_may_come_raw_or_from_event_bridge() -> None:
    assert one("aws_sns", alarm("ALARM")).status == "firing"
    event = {
        "detail-type": "CloudWatch Alarm State Change", "account": "21", "region": "eu-central-1",
        "resources": ["arn:alarm"], "detail": {"alarmName": "away", "state": {
            "value": "OK", "timestamp": "2026-11-24T08:58:00.000+0000"}},
    }  # fmt: skip
    reading = one("aws_sns", sns(event))
    assert (reading.status, reading.dedup_key, reading.title) == ("resolved", "arn:alarm", "away")


# --- PagerDuty --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "status"),
    [("incident.triggered", "firing"), ("incident.unacknowledged", "firing"),
     ("incident.reopened", "firing"), ("incident.acknowledged", "acknowledged"),
     ("incident.resolved", "resolved"), ("incident.annotated", "ignored"),
     ("incident.escalated", "ignored"), ("incident.priority_updated", "ignored"),
     ("service.updated", "ignored"), ("pagey.ping", "ignored")],
)  # fmt: skip
def test_only_some_events_of_pagerduty_change_a_state(event: str, status: str) -> None:
    assert state("pagerduty", pager(event))[0] == status


def test_null_parts_of_a_pagerduty_event_do_not_stop_it() -> None:
    reading = one("pagerduty", pager("incident.triggered", priority=None, service=None, title=None))
    assert (reading.status, reading.severity) == ("firing", "high")
    by_key = one("pagerduty", pager("incident.triggered", id=None, incident_key="k-1"))
    assert by_key.dedup_key == "k-1"


def test_a_ping_of_pagerduty_needs_no_data() -> None:
    body = {"event": {"id": "1", "event_type": "pagey.ping", "resource_type": "pagey",
                      "data": {"message": "Hello", "type": "ping"}}}  # fmt: skip
    assert state("pagerduty", body)[0] == "ignored"


# --- Statuspage -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "status"),
    [("investigating", "firing"), ("identified", "firing"), ("monitoring", "firing"),
     ("resolved", "resolved"), ("postmortem", "resolved"), ("scheduled", "suppressed"),
     ("in_progress", "suppressed"), ("verifying", "suppressed"), ("completed", "resolved"),
     ("odd", "unknown")],
)  # fmt: skip
def test_an_incident_of_a_status_page_is_read_by_its_status(word: str, status: str) -> None:
    assert state("statuspage", page(word, "2026-11-24T10:00:00+01:00"))[0] == status


@pytest.mark.parametrize(
    ("word", "status"),
    [("operational", "resolved"), ("degraded_performance", "firing"), ("partial_outage", "firing"),
     ("major_outage", "firing"), ("under_maintenance", "suppressed")],
)  # fmt: skip
def test_a_component_counts_and_not_what_the_page_says_of_all(word: str, status: str) -> None:
    body = {
        "page": {"id": "pg", "status_indicator": "major"},
        "component": {"id": "c-1", "name": "Call Center", "status": "major_outage"},
        "component_update": {"new_status": word, "created_at": "2026-11-24T08:58:00Z",
                             "component_id": "c-1"},
    }  # fmt: skip
    reading = one("statuspage", body)
    assert (reading.status, reading.dedup_key) == (status, "c-1")


def test_a_post_with_an_incident_and_a_component_gives_both() -> None:
    body = page("investigating", "2026-11-24T10:00:00+01:00")
    body["component"] = {"id": "c-1", "name": "Call Center", "status": "operational"}
    assert [r.status for r in read("statuspage", body)] == ["firing", "resolved"]


def test_a_page_without_news_of_anything_is_refused() -> None:
    with pytest.raises(UnreadablePost, match="component_update are missing"):
        read("statuspage", {"page": {"id": "pg", "status_indicator": "major"}, "incident": None})


# --- PRTG -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "status"),
    [("Down", "firing"), ("Down (Partial)", "firing"), ("Down ESCALATION (10m)", "firing"),
     ("still Down", "firing"), ("Warning ended (now: Down)", "firing"),
     ("Down ended (now: Up)", "resolved"), ("Up", "resolved"),
     ("Paused ended (now: Up)", "resolved"), ("Down ended (now: Warning)", "resolved"),
     ("Down ended (now: Paused)", "suppressed"), ("Paused (paused by user)", "suppressed"),
     ("Down ended (now: Unknown)", "unknown"), ("Down ended", "unknown"), ("Warning", "unknown"),
     ("Unusual", "unknown"), ("Down (Acknowledged)", "acknowledged")],
)  # fmt: skip
def test_what_a_sensor_is_now_counts(word: str, status: str) -> None:
    assert state("prtg", prtg(word, ""))[0] == status


def test_prtgs_test_button_sends_its_placeholders() -> None:
    raw = b"sensorid=%25sensorid&status=%25status&name=%25name&datetime=%25datetime"
    assert state("prtg", raw, "application/x-www-form-urlencoded")[0] == "ignored"
    assert state("prtg", prtg("%status", "", sensorid="0"))[0] == "ignored"


@pytest.mark.parametrize(
    ("text", "moment"),
    [("24.11.2026 09:58:00", "2026-11-24 08:58:00+00:00"),
     ("11/24/2026 9:58:00 AM (W. Europe Standard Time)", "2026-11-24 08:58:00+00:00"),
     ("11/12/2026 9:58:00 PM", "2026-11-12 20:58:00+00:00"),
     ("24/11/2026 09:58:00", "2026-11-24 08:58:00+00:00"),
     ("2026-11-24 09:58:00", "2026-11-24 08:58:00+00:00"),
     ("11/12/2026 09:58:00", "None"), ("%datetime", "None"), ("yesterday", "None"),
     ("99.99.2026 09:58:00", "None"), ("24.11.2026 29:58:00", "None")],
)  # fmt: skip
def test_times_of_a_server_are_read_and_never_guessed(text: str, moment: str) -> None:
    reading = one("prtg", prtg("Down", text), time_zone="Europe/Budapest")
    assert str(reading.started_at) == moment


# --- Datadog ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "status"),
    [("Triggered", "firing"), ("Re-Triggered", "firing"), ("No Data", "firing"),
     ("Re-No Data", "firing"), ("Warn", "firing"), ("Renotify", "firing"),
     ("Recovered", "resolved"), ("Something", "unknown")],
)  # fmt: skip
def test_each_transition_of_datadog_has_its_meaning(word: str, status: str) -> None:
    assert state("datadog", datadog(word, EVENT_TITLE="Orders"))[0] == status


def test_the_default_template_of_datadog_says_its_state_in_the_title_alone() -> None:
    begun = {"id": "8012345678901234567", "title": "[P2] [Triggered on {host:a-1}] Orders time out",
             "date": 1795510680000, "event_type": "query_alert_monitor", "body": "…"}  # fmt: skip
    over = begun | {
        "id": "8012345678901234999",
        "title": "[P2] [Recovered on {host:a-1}] Orders time out",
    }
    first, last = one("datadog", begun), one("datadog", over)
    assert (first.status, last.status) == ("firing", "resolved")
    assert first.dedup_key == last.dedup_key == "Orders time out on {host:a-1}"
    other = one("datadog", begun | {"title": "[Triggered on {host:b-2}] Orders time out"})
    assert other.dedup_key != first.dedup_key


def test_ids_of_18_digits_keep_them_all() -> None:
    assert one("datadog", datadog("Triggered", ALERT_CYCLE_KEY=172839405060708091)).dedup_key == (
        "172839405060708091"
    )


def test_variables_of_datadog_that_were_not_filled_in_are_a_test() -> None:
    body = {"alert_transition": "$ALERT_TRANSITION", "alert_cycle_key": "$ALERT_CYCLE_KEY"}
    assert state("datadog", body)[0] == "ignored"
    tested = datadog("Triggered", EVENT_TITLE="[TEST] [Triggered] Orders time out")
    assert state("datadog", tested)[0] == "ignored"


def test_an_event_of_datadog_that_is_no_alert_is_ignored() -> None:
    body = {"id": "8012345678901234567", "title": "Version 7 was deployed", "event_type": "deploy"}
    assert state("datadog", body) == ("ignored", "an event that is no monitor's alert")


# --- Healthchecks -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "status"),
    [("down", "firing"), ("DOWN", "firing"), ("up", "resolved"), ("grace", "unknown"),
     ("new", "unknown"), ("paused", "suppressed"), ("late", "unknown")],
)  # fmt: skip
def test_a_check_in_its_grace_is_not_down(word: str, status: str) -> None:
    assert state("healthchecks", check(word, "2026-11-24T08:58:00+00:00"))[0] == status


def test_a_check_may_stand_inside_the_post() -> None:
    body = {"check": {"unique_key": "a6c7", "name": "SMS", "status": "down", "last_ping": None}}
    reading = one("healthchecks", body)
    assert (reading.status, reading.dedup_key, reading.title) == ("firing", "a6c7", "SMS")
    by_address = {"check": {"ping_url": "https://hc.example/ping/7c1e", "status": "up"}}
    assert one("healthchecks", by_address).dedup_key == "7c1e"


def test_a_test_of_healthchecks_is_ignored() -> None:
    assert state("healthchecks", check("down", "", name="TEST"))[0] == "ignored"
    assert state("healthchecks", {"status": "$STATUS", "code": "$CODE"})[0] == "ignored"


@pytest.mark.parametrize(
    ("source", "body"),
    [("uptime_kuma", {"heartbeat": {"status": 0}}), ("zabbix", {"event_value": "1"}),
     ("azure_monitor", azure("Fired", alertId=None, originAlertId=None)),
     ("aws_sns", {"NewStateValue": "ALARM"}), ("pagerduty", pager("incident.triggered", id=None)),
     ("statuspage", {"incident": {"status": "investigating"}}), ("prtg", {"status": "Down"}),
     ("datadog", {"alert_transition": "Triggered"}), ("healthchecks", {"status": "down"}),
     ("grafana", {"ruleName": "", "state": "alerting"})],
)  # fmt: skip
def test_a_firing_without_a_key_is_refused_with_the_fields_that_would_give_one(
    source: str, body: Any
) -> None:
    with pytest.raises(UnreadablePost, match="right would be one that tells this problem"):
        read(source, body)


@pytest.mark.parametrize(
    ("source", "body", "right"),
    [("prtg", {"sensorid": "12"}, "%status"), ("healthchecks", {"uuid": "u-1"}, "$STATUS")],
)
def test_a_post_without_a_state_is_refused_with_what_would_give_it(
    source: str, body: Any, right: str
) -> None:
    wanted = f"status is not in the body; right would be {re.escape(right)}"
    with pytest.raises(UnreadablePost, match=wanted):
        read(source, body)
