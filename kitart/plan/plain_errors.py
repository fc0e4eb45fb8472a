"""Pydantic's findings in plain words, with the value and what would be right."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from kitart.plan.problems import Problem, error
from kitart.plan.schema import Plan

_WANTED = {
    "string_type": "text (in quotes if it looks like something else)",
    "int_type": "a whole number without quotes",
    "int_from_float": "a whole number",
    "float_type": "a number without quotes",
    "bool_type": "true or false",
    "tuple_type": "a list: [first, second]",
    "dict_type": "a mapping: {key: value}",
    "model_type": "a mapping: {key: value}",
    "model_attributes_type": "a mapping: {key: value}",
    "date_type": "a date: 2026-10-30",
    "date_parsing": "a date: 2026-10-30",
    "date_from_datetime_parsing": "a date: 2026-10-30",
    "date_from_datetime_inexact": "a date without a time: 2026-10-30",
}


def plain_problems(trouble: ValidationError, raw: Any) -> list[Problem]:
    """One problem for each finding, its ``where`` the path within the plan."""
    problems: list[Problem] = []
    for found in trouble.errors():
        path, value = _walk(found["loc"], raw)
        if found["type"] == "too_short" and value:
            continue  # its entries are wrong, and are named themselves
        problem = error(path, _message(found, value))
        if problem not in problems:
            problems.append(problem)
    return problems


def _walk(loc: tuple[int | str, ...], raw: Any) -> tuple[str, Any]:
    """The path as people write it, without pydantic's own marks; and the value that is there."""
    path, value = "", raw
    for step in loc:
        if isinstance(step, int) and isinstance(value, list) and step < len(value):
            path, value = f"{path}[{step}]", value[step]
        elif isinstance(value, dict) and str(step) in value:
            path, value = f"{path}.{step}".lstrip("."), value[str(step)]
        elif step == loc[-1] and isinstance(step, str) and isinstance(value, dict):
            path = f"{path}.{step}".lstrip(".")
            value = None
    return path, value


def _message(found: ErrorDetails, value: Any) -> str:
    kind = found["type"]
    if kind == "extra_forbidden":
        return _unknown_key(found)
    if kind == "missing":
        return f"is missing; add {found['loc'][-1]}"
    if kind == "value_error":
        return found["msg"].removeprefix("Value error, ")
    if kind == "string_type" and isinstance(value, bool):
        return _norway(value)
    if kind == "literal_error":
        return _choice(str(found.get("ctx", {}).get("expected", "")), value)
    if kind in _WANTED:
        return f"{_shown(value)} is not right here; right would be {_WANTED[kind]}"
    if kind == "too_short":
        return "is empty; right would be at least one entry"
    text = found["msg"][:1].lower() + found["msg"][1:]
    return f"{_shown(value)} is not right here: {text.replace('input should', 'it should')}"


def _norway(value: bool) -> str:
    words = "yes, on, true" if value else "no, off, false"
    return (
        f"is {str(value).lower()}, because YAML reads the unquoted words {words} as a truth value; "
        f'right would be the word in quotes, for example "{"yes" if value else "no"}"'
    )


def _choice(expected: str, value: Any) -> str:
    options = [option.strip(" '") for option in expected.replace(" or ", ", ").split(",")]
    near = get_close_matches(str(value), options, n=1, cutoff=0.5)
    nearest = f"; nearest is {near[0]}" if near else ""
    return f"{_shown(value)} is not known; right would be one of {', '.join(options)}{nearest}"


def _unknown_key(found: ErrorDetails) -> str:
    key = str(found["loc"][-1])
    known = _keys_at(found["loc"][:-1])
    near = get_close_matches(key, known, n=1, cutoff=0.4)
    right = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
    return f"the key {key!r} is not known; {right}"


def _keys_at(loc: tuple[int | str, ...]) -> list[str]:
    model: type[BaseModel] = Plan
    for step in loc:
        field = model.model_fields.get(str(step))
        if field is not None:
            model = _model_in(field.annotation) or model
    return list(model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner = (_model_in(argument) for argument in get_args(annotation))
    return next((model for model in inner if model is not None), None)


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
