"""How the posts of a tool that Kitart has no reader for are read: expressions over their body."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import jmespath
from jmespath.exceptions import JMESPathError
from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field

from kitart.plan.values import Part, Text

MAPPING = "mapping"
"""The ``kind`` of a source that is read by its mapping."""
State = Literal["firing", "resolved", "acknowledged", "suppressed", "unknown", "ignored"]


def _expression(value: str) -> str:
    try:
        jmespath.compile(value)
    except JMESPathError as trouble:
        why = " ".join(str(trouble).split())
        raise ValueError(
            f"{value!r} is not a JMESPath expression ({why}); right would be, for example, "
            "check.id, join(':', [host, service]) or state == 'TEST'"
        ) from None
    return value


def _word(value: object) -> object:
    """A state's value as YAML reads it (``true``, ``0``) is the text that a body gives."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value


Expression = Annotated[str, AfterValidator(_expression)]
Word = Annotated[str, BeforeValidator(_word)]


class Mapping(Part):
    """Where the fields of an alert stand in a body, as JMESPath expressions."""

    each: Expression | None = Field(
        default=None, description="The list of alerts in a post; else the post is one alert"
    )
    dedup_key: Expression = Field(description="Tells this problem from others, to its end")
    status: Expression
    statuses: dict[Word, State] = Field(
        min_length=1, description="What a status means, whatever its capitals; others are unknown"
    )
    severity: Expression | None = None
    title: Expression | None = None
    time: Expression | None = Field(default=None, description="When what the post says happened")
    started: Expression | None = Field(
        default=None, description="When the problem began, if the end of it says so too"
    )
    labels: dict[Text, Expression] = Field(default={}, description="What rules match")
    ignore_when: Expression | None = Field(
        default=None, description="The post is no alert where this is true, or not empty"
    )
    ignore_reason: Text = "ignore_when of its mapping"


class Expected(Part):
    """What an example must give; only the fields that are named are compared."""

    dedup_key: str | None = None
    status: State | None = None
    severity: str | None = None
    title: str | None = None
    started_at: AwareDatetime | None = None
    reason: str | None = None

    def fields(self) -> dict[str, str | datetime | None]:
        """The fields that are named, and what they must be."""
        return {name: getattr(self, name) for name in sorted(self.model_fields_set)}


class Example(Part):
    """A body and the alerts that it must give; ``kitart plan check`` tries it."""

    name: Text
    body: Any = Field(description="As values, or as the text that is posted")
    content_type: str = "application/json"
    expect: tuple[Expected, ...]
