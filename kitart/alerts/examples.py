"""Whether each source can be read, and its mapping gives what its examples say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from kitart.alerts.mapped import as_body
from kitart.alerts.readers import UnreadablePost, kind_of, known_kinds, read_post
from kitart.journal.alerts import Reading
from kitart.plan.mapping import Example, Expected
from kitart.plan.problems import Problem, error, warning
from kitart.plan.schema import MonitoringSource, Plan


def source_problems(plan: Plan) -> list[Problem]:
    """What is wrong with the plan's sources; an example names each field that differs."""
    return [
        problem
        for index, source in enumerate(plan.monitoring.sources)
        for problem in _of_source(f"monitoring.sources[{index}]", source)
    ]


def _of_source(path: str, source: MonitoringSource) -> Iterator[Problem]:
    if kind_of(source) not in known_kinds():
        right = ", ".join(known_kinds())
        yield error(f"{path}.kind", f"{source.kind!r} can't be read; right would be one of {right}")
        return
    if source.mapping is not None and not source.examples:
        yield warning(
            f"{path}.examples", f"{source.name} has none; add a body and what it must give"
        )
    for index, example in enumerate(source.examples):
        yield from _of_example(f"{path}.examples[{index}]", source, example)


def _of_example(path: str, source: MonitoringSource, example: Example) -> Iterator[Problem]:
    named = f"{source.name}, {example.name!r}"
    try:
        found = read_post(source, as_body(example.body), example.content_type)
    except UnreadablePost as trouble:
        yield error(f"{path}.body", f"{named}: can't be read: {trouble}")
        return
    if len(found) != len(example.expect):
        yield error(
            f"{path}.expect",
            f"{named}: the body gives {len(found)} alerts; {len(example.expect)} are expected",
        )
    for place, (reading, wanted) in enumerate(zip(found, example.expect, strict=False)):
        for field, value in _differing(reading, wanted):
            yield error(
                f"{path}.expect[{place}].{field}",
                f"{named}: the body gives {_said(value)}; "
                f"{_said(getattr(wanted, field))} is expected",
            )


def _differing(reading: Reading, wanted: Expected) -> Iterator[tuple[str, Any]]:
    for field, value in wanted.fields().items():
        found = getattr(reading, field)
        if found != value:
            yield field, found


def _said(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else repr(value)
