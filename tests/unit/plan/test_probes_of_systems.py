"""What the register may say of a probe, and what is refused in plain words (R43)."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from kitart.plan.limits import Limits
from kitart.plan.probes import HttpsProbe, Statuspage
from kitart.plan.systems import System
from kitart.settings import HealthSettings

pytestmark = pytest.mark.covers("R43")


def system(**fields: Any) -> System:
    return System(id="CRM", name="CRM", managed_by="company", fallback="paper", **fields)


def test_key_systems_are_probed_by_name_and_others_by_what_is_tried() -> None:
    assert system(probe="vcc").probe == "vcc"
    probe = {"kind": "https", "url": "https://crm.example/", "text": "Sign in"}
    found = system(probe=probe, vendor_status={"kind": "statuspage", "url": "https://s.example/a"})
    assert isinstance(found.probe, HttpsProbe)
    assert isinstance(found.vendor_status, Statuspage)
    assert found.probe.status == (200,)
    # What an incident keeps of it is the same when read again.
    assert System.model_validate(found.model_dump(mode="json")) == found


@pytest.mark.parametrize(
    ("probe", "said"),
    [
        ({"kind": "https", "url": "http://crm.example/"}, "right would be https://crm.example/"),
        ({"kind": "https", "url": "https://"}, "is no https address"),
        ({"kind": "tcp", "host": "crm.example", "port": 70000}, "65535"),
        ({"kind": "ping", "host": "crm.example"}, "ping"),
        ({"kind": "smtp", "host": "crm example"}, "pattern"),
        ("vvc", "vcc"),
    ],
)
def test_a_probe_that_can_not_be_meant_is_refused(probe: Any, said: str) -> None:
    with pytest.raises(ValidationError) as trouble:
        system(probe=probe)
    assert said in str(trouble.value)


def test_more_failed_looks_than_looks_are_refused() -> None:
    with pytest.raises(ValidationError, match="right would be 2 of 3"):
        Limits(health_down_looks=4, health_of_looks=3)


@pytest.mark.parametrize("reference", ["one.example", "one.example:x", ":443", "one.example:0"])
def test_a_reference_without_host_and_port_is_refused(reference: str) -> None:
    with pytest.raises(ValidationError, match="right would be 192"):
        HealthSettings(references=(reference,))
