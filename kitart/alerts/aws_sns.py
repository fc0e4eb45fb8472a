"""AWS: CloudWatch alarms as SNS delivers them, JSON in the string ``Message``, or raw."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, tzinfo
from typing import Any

from kitart.alerts.fields import digest, first, key_of, labels, needed, part, text, titled, whole
from kitart.alerts.moments import moment
from kitart.journal.alerts import BY_ORDER, SUBSCRIPTION, UNSUBSCRIBED, Reading

SOURCE = "aws_sns"
STATES = {"ALARM": "firing", "OK": "resolved", "INSUFFICIENT_DATA": "unknown"}
CONTROL = {
    SUBSCRIPTION: "asks to confirm its subscription; right would be its topic in "
    "'topics' of this source, then 'Request confirmation' in the AWS console",
    UNSUBSCRIBED: "says that this address was unsubscribed: no more alerts come",
}


def read(body: Any, zone: tzinfo = UTC) -> list[Reading]:
    """The alert of one post; raises ``ValueError`` naming what is wrong with the body.

    Subscriptions and messages that are no alarms are ``ignored``.
    """
    fields = whole(body)
    kind = text(fields.get("Type"))
    topic = text(fields.get("TopicArn"))
    if kind in CONTROL:
        title = titled(f"{kind}: {topic or 'no topic named'}")
        return [
            Reading(SOURCE, control_key(fields), "ignored", title, reason=f"SNS {CONTROL[kind]}")
        ]
    if kind == "Notification":
        message = _message(fields.get("Message"))
        if message is None:
            return [_no_alarm(fields, "its Message is no JSON")]
    elif {"AlarmName", "NewStateValue", "detail-type"} & fields.keys():
        message = fields  # delivered raw
    else:
        raise ValueError(
            f"Type is {kind!r}; right would be Notification, SubscriptionConfirmation, or an alarm"
        )
    if message.get("detail-type") == "CloudWatch Alarm State Change":
        return [_one(_of_event_bridge(message), topic)]
    if "NewStateValue" not in message:
        return [_no_alarm(fields, "its Message is no alarm: NewStateValue is missing")]
    return [_one(message, topic)]


def control_key(fields: Mapping[str, Any]) -> str:
    """The key of a post about a subscription: one a topic."""
    return key_of(text(fields.get("Type")), text(fields.get("TopicArn")) or digest(dict(fields)))


def _message(value: object) -> Mapping[str, Any] | None:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return None
    return value if isinstance(value, Mapping) else None


def _no_alarm(fields: Mapping[str, Any], why: str) -> Reading:
    title = titled(text(fields.get("Subject")), text(fields.get("Message")))
    key = text(fields.get("MessageId")) or digest(dict(fields))
    return Reading(SOURCE, key_of(key), "ignored", title, reason=why)


def _of_event_bridge(message: Mapping[str, Any]) -> dict[str, Any]:
    """An alarm's change as EventBridge tells it, in the names that CloudWatch uses itself."""
    detail = part(message.get("detail"))
    state = part(detail.get("state"))
    arns = message.get("resources")
    return {
        "AlarmArn": arns[0] if isinstance(arns, list) and arns else None,
        "AlarmName": detail.get("alarmName"),
        "AlarmDescription": part(detail.get("configuration")).get("description"),
        "AWSAccountId": message.get("account"),
        "Region": message.get("region"),
        "NewStateValue": state.get("value"),
        "NewStateReason": state.get("reason"),
        "StateChangeTime": state.get("timestamp") or message.get("time"),
    }


def _one(alarm: Mapping[str, Any], topic: str) -> Reading:
    state = text(alarm.get("NewStateValue"))
    name = text(alarm.get("AlarmName"))
    place = (first(alarm, "AWSAccountId"), first(alarm, "Region"), name) if name else ()
    at = moment(alarm.get("StateChangeTime"))
    trigger = part(alarm.get("Trigger"))
    return Reading(
        SOURCE,
        needed(key_of(first(alarm, "AlarmArn")) or key_of(*place), "AlarmArn", "AlarmName"),
        STATES.get(state, "unknown"),
        titled(name, text(alarm.get("AlarmDescription")), text(alarm.get("NewStateReason"))),
        labels=labels(
            alarm=name, topic=topic, account=alarm.get("AWSAccountId"), region=alarm.get("Region"),
            namespace=trigger.get("Namespace"), metric=trigger.get("MetricName"),
        ),
        started_at=at if state == "ALARM" else None,
        said_at=at,
        told_apart=BY_ORDER,
        reason="" if state in ("ALARM", "OK") else f"NewStateValue is {state!r}",
    )  # fmt: skip
