"""Pause a deployment of your own as soon as a disruption is open.

    python docs/automations/pause_while_open.py nightly-load/every-night

Run it once, with PREFECT_API_URL set; run again it changes nothing. It pauses at a real incident,
not at an exercise. Nothing resumes by itself: another incident may be open, so a person does it
("Resume" in the Prefect UI). The events and their labels: docs/monitoring-kitart.md.
"""

from __future__ import annotations

import sys

from prefect import get_client
from prefect.automations import Automation, EventTrigger, Posture
from prefect.events.actions import PauseDeployment
from prefect.events.schemas.automations import ResourceSpecification


def pause_while_open(deployment: str) -> str:
    """Make the automation for a deployment (``flow/name``); its name."""
    name = f"Kitart: pause {deployment} while a disruption is open"
    with get_client(sync_client=True) as client:
        paused = client.read_deployment_by_name(deployment)
        if client.find_automation(name) is not None:
            return name
    Automation(
        name=name,
        trigger=EventTrigger(
            expect={"kitart.incident.opened"},
            match=ResourceSpecification.model_validate(
                {"prefect.resource.id": "kitart.incident.*", "kitart.exercise": "no"}
            ),
            posture=Posture.Reactive,
            threshold=1,
        ),
        actions=[PauseDeployment(source="selected", deployment_id=paused.id)],
    ).create()
    return name


if __name__ == "__main__":
    sys.stdout.write(f"{pause_while_open(sys.argv[1])}\n")
