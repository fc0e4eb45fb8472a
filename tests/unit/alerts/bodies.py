"""A firing and its end by each tool, in the form that the tool sends, about systems of the sample
company; and shorthands that read them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from kitart.alerts.posts import FORM
from kitart.alerts.readers import read_post
from kitart.journal.alerts import Reading
from kitart.plan.schema import MonitoringSource

ARN = "arn:aws:cloudwatch:eu-central-1:210000000001:alarm:client-crm-2-away"
TOPIC = "arn:aws:sns:eu-central-1:210000000001:kitart"


@dataclass(frozen=True)
class Pair:
    """What a tool posts when a problem begins, and when it ends; ``system`` is whose it is."""

    firing: Any
    resolved: Any
    key: str
    system: str = "VCC"
    started_at: str | None = "2026-11-24T08:58:00+00:00"
    severity: str | None = None
    content_type: str = "application/json"

    def raw(self, body: Any) -> bytes:
        """The body as it is posted."""
        return (urlencode(body) if self.content_type == FORM else json.dumps(body)).encode()


def read(source: str, body: Any, content_type: str = "", **options: Any) -> list[Reading]:
    """A body read as a tool's."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read_post(MonitoringSource(name=source, kind=source, **options), raw, content_type)


def one(source: str, body: Any, content_type: str = "", **options: Any) -> Reading:
    """The one alert of a body."""
    (reading,) = read(source, body, content_type, **options)
    return reading


def group(status: str, **alert: Any) -> dict[str, Any]:
    fields = {
        "status": status, "labels": {"alertname": "Down", "service": "vcc", "severity": "critical"},
        "annotations": {"summary": "No calls"}, "startsAt": "2026-11-24T08:58:00Z",
        "endsAt": "0001-01-01T00:00:00Z", "fingerprint": "0a1b2c",
    }  # fmt: skip
    return {"version": "4", "receiver": "kitart", "status": status, "alerts": [fields | alert]}


def kuma(status: Any, time: str = "2026-11-24 08:58:00.000", **monitor: Any) -> dict[str, Any]:
    return {
        "heartbeat": {"monitorID": 12, "status": status, "time": time, "msg": "no answer"},
        "monitor": {"id": 12, "name": "VCC web phone", "type": "http", "url": "https://vcc.example",
                    "tags": [{"name": "site", "value": "budapest"}]} | monitor,
        "msg": "[VCC web phone] connect ECONNREFUSED",
    }  # fmt: skip


def zabbix(value: str, **fields: Any) -> dict[str, Any]:
    return {
        "event_id": "88001", "event_value": value, "event_nseverity": "4", "event_source": "0",
        "event_update_status": "0", "event_name": "Line cards are silent", "host_name": "vcc-gw-1",
        "event_date": "2026.11.24", "event_time": "09:58:00", "event_recovery_value":
        "{EVENT.RECOVERY.VALUE}", "event_tags": '[{"tag":"scope","value":"availability"}]',
        "trigger_id": "501",
    } | fields  # fmt: skip


def azure(condition: str, context: Any = None, **fields: Any) -> dict[str, Any]:
    essentials = {
        "alertId": "/subscriptions/s-1/providers/Microsoft.AlertsManagement/alerts/a-1",
        "originAlertId": "s-1_rg_sign-on-latency_77", "alertRule": "sign-on-latency",
        "severity": "Sev1", "signalType": "Metric", "monitorCondition": condition,
        "monitoringService": "Platform", "alertTargetIDs": ["/subscriptions/s-1/rg/app/sign-on"],
        "firedDateTime": "2026-11-24T08:58:00.0000000Z",
    } | fields  # fmt: skip
    return {"schemaId": "azureMonitorCommonAlertSchema",
            "data": {"essentials": essentials, "alertContext": context}}  # fmt: skip


def alarm(state: str, time: str = "2026-11-24T08:58:00.000+0000", **fields: Any) -> dict[str, Any]:
    return {
        "AlarmName": "client-crm-2-away", "AlarmArn": ARN, "AWSAccountId": "210000000001",
        "NewStateValue": state, "OldStateValue": "OK", "StateChangeTime": time,
        "Region": "EU (Frankfurt)", "Trigger": {"MetricName": "Errors", "Namespace": "Crm"},
    } | fields  # fmt: skip


def sns(message: Any, **fields: Any) -> dict[str, Any]:
    text = message if isinstance(message, str) else json.dumps(message)
    return {"Type": "Notification", "MessageId": "m-1", "TopicArn": TOPIC, "Message": text,
            "Timestamp": "2026-11-24T08:58:01.000Z"} | fields  # fmt: skip


def pager(event: str, at: str = "2026-11-24T08:58:00.000Z", **data: Any) -> dict[str, Any]:
    fields = {
        "id": "Q0VCC", "type": "incident", "title": "Web phone is away", "incident_key": None,
        "created_at": "2026-11-24T08:58:00Z", "urgency": "high", "priority": {"summary": "P2"},
        "service": {"id": "S1", "summary": "VCC"}, "status": "triggered",
    } | data  # fmt: skip
    return {
        "event": {"id": f"ev-{event}", "event_type": event, "resource_type": "incident",
                  "occurred_at": at, "agent": None, "client": None, "data": fields},
    }  # fmt: skip


def page(status: str, updated: str, **incident: Any) -> dict[str, Any]:
    fields = {
        "id": "inc-77", "name": "Virtual Call Center does not ring", "status": status,
        "impact": "major", "created_at": "2026-11-24T09:58:00+01:00", "updated_at": updated,
        "incident_updates": [{"body": "The newest"}, {"body": "The first"}],
    } | incident  # fmt: skip
    return {"page": {"id": "pg", "status_indicator": "major"}, "incident": fields}


def prtg(status: str, time: str, **fields: str) -> dict[str, str]:
    return {"sensorid": "2031", "status": status, "name": "Ping", "device": "vcc-gw-1", "down": "",
            "message": "timed out", "datetime": time, "priority": "*****"} | fields  # fmt: skip


def datadog(transition: str, date: str = "1795510680000", **fields: Any) -> dict[str, Any]:
    return {
        "ALERT_TRANSITION": transition, "ALERT_CYCLE_KEY": "172839405060708090", "DATE": date,
        "AGGREG_KEY": "agg-1", "EVENT_TITLE": f"[{transition}] Orders time out", "ALERT_TYPE":
        "error", "TAGS": "env:prod,service:client-crm-2",
    } | fields  # fmt: skip


def check(status: str, time: str, **fields: Any) -> dict[str, Any]:
    return {"uuid": "7c1e", "name": "SMS heartbeat", "status": status, "now": time} | fields


START, END = "2026-11-24T08:58:00+00:00", "2026-11-24T08:59:30+00:00"
PAIRS = {
    "alertmanager": Pair(group("firing"), group("resolved"), "0a1b2c", severity="critical"),
    "grafana": Pair(
        group("firing") | {"version": "1", "groupKey": "{}:{}"}, group("resolved"), "0a1b2c",
        severity="critical",
    ),
    "uptime_kuma": Pair(kuma(0), kuma(1, "2026-11-24 08:59:30"), "12"),
    "zabbix": Pair(zabbix("1"), zabbix("0", event_recovery_value="0"), "88001", severity="4"),
    "azure_monitor": Pair(
        azure("Fired"), azure("Resolved", resolvedDateTime="2026-11-24T08:59:30.1234567Z"),
        "s-1_rg_sign-on-latency_77", "SIGN-ON", severity="Sev1",
    ),
    "aws_sns": Pair(
        sns(alarm("ALARM")), sns(alarm("OK", "2026-11-24T08:59:30.000+0000")), ARN, "CLIENT-CRM-2",
        content_type="text/plain; charset=UTF-8",
    ),
    "pagerduty": Pair(
        pager("incident.triggered"), pager("incident.resolved", "2026-11-24T08:59:30Z"), "Q0VCC",
        severity="P2",
    ),
    "statuspage": Pair(
        page("investigating", START), page("resolved", END), "inc-77", severity="major"
    ),
    "prtg": Pair(
        prtg("Down", "24.11.2026 09:58:00"),
        prtg("Down ended (now: Up)", "24.11.2026 09:59:30"), "2031", severity="*****",
        content_type=FORM,
    ),
    "datadog": Pair(
        datadog("Triggered"), datadog("Recovered", "1795510770000"), "172839405060708090",
        "CLIENT-CRM-2", severity="error",
    ),
    "healthchecks": Pair(check("down", START), check("up", END), "7c1e", "SMS-GATEWAY"),
}  # fmt: skip
ZONES = {"zabbix": "Europe/Budapest", "prtg": "Europe/Budapest"}
