"""Grafana unified alerting: Alertmanager's shape; its test button posts an empty receiver."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from kitart.alerts import alertmanager
from kitart.journal.alerts import Reading

SOURCE = "grafana"


def read(body: Any) -> list[Reading]:
    """The alerts of one post; raises ``ValueError`` naming what is wrong with the body.

    A post of the test button is marked ``ignored`` with its reason: no alert, no incident.
    """
    readings = alertmanager.read(body, SOURCE)
    tested = body.get("receiver") == ""
    return [
        replace(reading, status="ignored", reason="a post of Grafana's test button")
        if tested or reading.labels.get("alertname") == "TestAlert"
        else reading
        for reading in readings
    ]
