"""The general response and recovery plan: for all that no other plan is written for (R8-R15)."""

from __future__ import annotations

import asyncio

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from flows.carrying import carry
from flows.driving import Drive, beside, together
from flows.strands.bringing_in import bring_others_in
from flows.strands.confirming import have_confirmed
from flows.strands.escalating import escalate
from flows.strands.filing import keep_filed, keep_picture
from flows.strands.handing_over import keep_in_charge
from flows.strands.reporting_faults import assess_data_protection
from flows.strands.sizing_up import HandedOver, solve, take_in
from flows.strands.spreading_the_word import have_clients_told, keep_managers_told
from tasks import general
from tasks.reporting import GeneralReport, open_general_incident


@flow(name="general-response", flow_run_name="general response")
async def general_response(report: GeneralReport) -> State:
    """Something severe has happened, and no other plan fits, or nobody knows yet what it is.

    Start it with what is seen and, if known, the projects that are affected. Kitart opens an
    incident, reaches the ERT within 5 minutes in service hours and 15 outside, tells the account
    managers, and asks the ERT lead what it is, how urgent, and whether it can be solved. When it
    turns out to be a system of the register, the plan for that system goes on under the same
    number.
    """
    incident = await asyncio.to_thread(open_general_incident, report)
    try:
        return await carry(incident, carry_out_plan)
    except HandedOver as over:
        return Completed(message=f"{incident} goes on under the plan for {over}")


async def carry_out_plan(drive: Drive) -> None:
    """From the first answer of the ERT to the closing by its lead; the rest goes on beside."""
    async with beside(
        keep_filed(drive),
        keep_picture(drive),
        keep_managers_told(drive),
        keep_in_charge(drive),
        have_confirmed(drive),
    ):
        await take_in(drive)
        async with beside(escalate(drive), bring_others_in(drive)):
            await together(solve(drive), have_clients_told(drive), assess_data_protection(drive))
        await drive.step(general.close, drive.lease)
