"""The gateway's described doors, with values and bodies that a program makes up (schemathesis)."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error

SECRETS = ({}, {"Authorization": "Bearer webhook-secret-of-the-test"})
MANY = settings(max_examples=20, database=None, suppress_health_check=list(HealthCheck))


@pytest.mark.timeout(240)
def test_no_made_up_request_breaks_the_gateway(place) -> None:
    """Whatever is sent, with the secret or without, gets an answer that is no fault of ours."""
    schema = schemathesis.openapi.from_url(f"{place.server.url}/openapi.json")
    doors = {found.ok().path: found.ok() for found in schema.get_all_operations()}
    assert {"/webhooks/{source}", "/healthz", "/readyz"} <= set(doors)
    for door in doors.values():

        @MANY
        @given(case=door.as_strategy())
        def tried(case: Any) -> None:
            for secret in SECRETS:
                answer = case.call(headers={**(case.headers or {}), **secret}, timeout=10)
                case.validate_response(answer, checks=[not_a_server_error])

        tried()
    assert place.incidents() == [], "nothing that was made up opened an incident"
