"""Vital inputs from other functions, suppliers or systems are not available (R6, A21)."""

from __future__ import annotations

import asyncio

from prefect import flow
from prefect.client.schemas.objects import State

from flows.carrying import carry, until_closed
from flows.driving import Drive, together
from flows.strands.doing_without import call_suppliers, decide_fallbacks, mind_seats
from flows.strands.following_general_plan import follow_general_plan
from flows.strands.leading import tell_account_managers
from flows.strands.reporting_faults import ask_findings, assess_data_protection
from tasks import inputs
from tasks.inputs import InputMissing, open_input_incident


@flow(name="vital-input-unavailable", flow_run_name="input missing")
async def vital_input_unavailable(report: InputMissing) -> State:
    """Something is missing that others give us and that work depends on.

    Start it with the input's code and one sentence of what is seen; what is overdue by the plan
    starts it by itself. The company's plan has no steps of its own for this, and every report
    says so: the general response plan is followed, the input's owner is told first, the supplier
    is called, people decide what to work with meanwhile, clients are told as of any system. It is
    over when the input is here and somebody works with it.
    """
    incident = await asyncio.to_thread(open_input_incident, report)
    return await carry(incident, carry_out_plan)


async def carry_out_plan(drive: Drive) -> None:
    """The strands beside one another, until a person closes the incident."""
    await drive.step(inputs.tell_owner, drive.lease)
    async with until_closed(drive):
        await together(
            follow_general_plan(drive),
            tell_account_managers(drive),
            call_suppliers(drive),
            decide_fallbacks(drive),
            mind_seats(drive),
            assess_data_protection(drive),
            ask_findings(drive),
        )
