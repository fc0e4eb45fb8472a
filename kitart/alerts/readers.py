"""The monitoring sources that Kitart reads, each by a small file of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kitart.alerts import alertmanager, grafana
from kitart.journal.alerts import Reading

READERS: dict[str, Callable[[Any], list[Reading]]] = {
    alertmanager.SOURCE: alertmanager.read,
    grafana.SOURCE: grafana.read,
}
