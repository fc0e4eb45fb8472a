"""The monitoring sources that Kitart reads, each by a small file of its own, or by a mapping."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from kitart.alerts import (
    alertmanager,
    aws_sns,
    azure_monitor,
    datadog,
    grafana,
    healthchecks,
    mapped,
    pagerduty,
    posts,
    prtg,
    statuspage,
    uptime_kuma,
    zabbix,
)
from kitart.alerts.fields import digest, short
from kitart.journal.alerts import Reading
from kitart.plan.mapping import MAPPING
from kitart.plan.systems import MonitoringSource

READERS: dict[str, Callable[[Any, tzinfo], list[Reading]]] = {
    each.SOURCE: each.read
    for each in (
        alertmanager, grafana, uptime_kuma, zabbix, azure_monitor, aws_sns, pagerduty,
        statuspage, prtg, datadog, healthchecks,
    )
}  # fmt: skip
ONE_LIST = (alertmanager.SOURCE, grafana.SOURCE)
"""Whose posts hold a list of alerts and are no list themselves."""


class UnreadablePost(ValueError):
    """The post can't be read; the message says what would be right."""


def kind_of(source: MonitoringSource) -> str:
    """Which reader reads the source's posts."""
    return source.kind.removesuffix("_unified")


def known_kinds() -> list[str]:
    """What a source's ``kind`` may be."""
    return [*READERS, MAPPING]


def read_post(source: MonitoringSource, raw: bytes, content_type: str = "") -> list[Reading]:
    """The alerts of one post under the source's own name; raises ``UnreadablePost``.

    No reading that fires, ends or is anything but ignored has an empty key.
    """
    try:
        body = posts.decode(raw, content_type)
        return [replace(each, source=source.name) for each in _read(source, body)]
    except (ValueError, RecursionError) as trouble:
        raise UnreadablePost(_plain(trouble)) from trouble


def _read(source: MonitoringSource, body: Any) -> list[Reading]:
    zone = ZoneInfo(source.time_zone) if source.time_zone else UTC
    kind = kind_of(source)
    if kind == MAPPING:
        assert source.mapping is not None  # the plan has seen to it
        return mapped.read(source.mapping, body, zone)
    if not isinstance(body, list) or kind in ONE_LIST:
        return READERS[kind](body, zone)
    if not body:
        raise ValueError("the body is an empty list; right would be an alert")
    return _each(READERS[kind], body, zone)


def _each(
    read: Callable[[Any, tzinfo], list[Reading]], bodies: list[Any], zone: tzinfo
) -> list[Reading]:
    """Several posts in one: what can't be read stands beside the rest, unless nothing can."""
    found: list[Reading] = []
    troubles: list[ValueError] = []
    for body in bodies:
        try:
            found += read(body, zone)
        except ValueError as trouble:
            troubles.append(trouble)
            why = f"is {short(body)}: {trouble}"
            found.append(Reading("", digest(body), "unknown", "unreadable alert", reason=why))
    if len(troubles) == len(bodies):
        raise troubles[0]
    return found


def _plain(trouble: Exception) -> str:
    if isinstance(trouble, json.JSONDecodeError):
        place = f"line {trouble.lineno}, column {trouble.colno}: {trouble.msg}"
        return f"the body is not JSON ({place})"
    if isinstance(trouble, UnicodeDecodeError):
        return "the body is not text in UTF-8; right would be JSON"
    if isinstance(trouble, RecursionError):
        return "the body is nested too deeply; right would be an alert as the monitor sends it"
    return str(trouble)
