"""The permissions that a token shows; anything else is no reason to break."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from kitart.connectors.microsoft.grants import roles_in


def token(claims: Any) -> str:
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"e30.{body}.signature"


def test_the_roles_are_read_whatever_padding_they_need() -> None:
    for length in range(5):
        claims = {"x": "y" * length, "roles": ["Sites.Selected", "Mail.Send"]}
        assert roles_in(token(claims)) == {"Sites.Selected", "Mail.Send"}


def test_a_token_without_roles_has_none() -> None:
    assert roles_in(token({"aud": "graph"})) == frozenset()


@pytest.mark.parametrize(
    "value", ["", "opaque", "a.b", "a.é.c", "e30.bm8gSlNPTg.x", token([]), token({"roles": "x"})]
)
def test_what_is_no_token_with_claims_tells_nothing(value) -> None:
    assert roles_in(value) is None
