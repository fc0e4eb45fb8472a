"""The names and meanings of Kitart's metrics (docs/monitoring-kitart.md has them for the reader).

A label holds a code of the plan or a word of the journal, never a client, a person or free text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import accumulate

from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric

from kitart import __version__
from kitart.journal.database import Journal
from kitart.journal.figures import Figures
from kitart.journal.write_times import UP_TO_S

PROBE_STATES = ("up", "down", "unstable", "unknown")


def always(journal: Journal, *, readable: bool) -> Iterator[Metric]:
    """What is known also while the journal can't be read."""
    build = GaugeMetricFamily(
        "kitart_build_info", "Always 1: which Kitart this is.", labels=["version", "database"]
    )
    build.add_metric([__version__, journal.engine.dialect.name], 1)
    yield build
    yield _one(
        "kitart_journal_up", "Whether the journal could be read in time.", 1 if readable else 0
    )
    taken = journal.write_times.taken()
    limits = [*(f"{limit:g}" for limit in UP_TO_S), "+Inf"]
    yield HistogramMetricFamily(
        "kitart_journal_write_seconds",
        "Seconds that this process's writes took, waiting for other writers included.",
        buckets=list(zip(limits, accumulate(taken.up_to), strict=True)),
        sum_value=taken.seconds,
    )


def of_journal(found: Figures, took_s: float) -> Iterator[Metric]:
    """What the journal says."""
    yield from _of_incidents(found)
    yield _by(
        "kitart_questions_open", "Questions that wait for an answer.", ["kind"], found.questions
    )
    yield _by(
        "kitart_questions_overdue", "Of these, those that are past their time.", ["kind"],
        {kind: found.overdue.get(kind, 0) for kind in found.questions},
    )  # fmt: skip
    yield _one("kitart_documents_waiting", "Reports sent and not filed yet.", found.documents)
    yield _one(
        "kitart_documents_waiting_seconds", "How long the oldest of them waits.", found.documents_s
    )
    messages = GaugeMetricFamily(
        "kitart_messages", "Messages of incidents that are not settled.",
        labels=["channel", "state"],
    )  # fmt: skip
    for (channel, state), count in found.messages.items():
        messages.add_metric([channel, state], count)
    yield messages
    yield _by(
        "kitart_alerts_waiting", "Alerts that somebody must look at: no incident came of them.",
        ["outcome"], {"unmatched": 0, "unreadable": 0, **found.alerts},
    )  # fmt: skip
    yield from _of_probes(found)
    yield _one(
        "kitart_prefect_events_waiting", "Entries not told to Prefect as events.", found.events
    )
    yield _one("kitart_journal_size_bytes", "Size of the journal's database.", found.size_bytes)
    yield _one("kitart_journal_read_seconds", "Seconds it took to read all this.", took_s)


def _of_incidents(found: Figures) -> Iterator[Metric]:
    opened = GaugeMetricFamily(
        "kitart_incidents_open", "Open incidents.",
        labels=["kind", "priority", "level", "exercise"],
    )  # fmt: skip
    for sort, count in found.open.items():
        labels = [sort.kind, sort.priority, sort.level, "yes" if sort.exercise else "no"]
        opened.add_metric(labels, count)
    yield opened
    yield _one(
        "kitart_alarms_unacknowledged", "Open incidents that no ERT member has taken.",
        found.unacknowledged,
    )  # fmt: skip
    yield _one(
        "kitart_alarm_oldest_unacknowledged_seconds", "How long the oldest of them is open.",
        found.unacknowledged_s,
    )  # fmt: skip
    yield _one(
        "kitart_incidents_without_run", "Incidents that need a run and have none.",
        found.without_run,
    )  # fmt: skip


def _of_probes(found: Figures) -> Iterator[Metric]:
    state = GaugeMetricFamily(
        "kitart_probe_state", "1 for the state that our probe last saw a system in.",
        labels=["system", "state"],
    )  # fmt: skip
    age = GaugeMetricFamily("kitart_probe_age_seconds", "How long ago that was.", labels=["system"])
    latency = GaugeMetricFamily(
        "kitart_probe_latency_seconds", "How long the system took to answer.", labels=["system"]
    )
    for look in found.looks:
        for name in PROBE_STATES:
            state.add_metric([look.system_id, name], 1 if look.state == name else 0)
        age.add_metric([look.system_id], look.age_s)
        if look.latency_s is not None:
            latency.add_metric([look.system_id], look.latency_s)
    yield from (state, age, latency)


def _one(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(name, meaning, value=value)


def _by(name: str, meaning: str, labels: list[str], values: Mapping[str, int]) -> Metric:
    family = GaugeMetricFamily(name, meaning, labels=labels)
    for label, value in values.items():
        family.add_metric([label], value)
    return family
