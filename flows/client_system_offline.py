"""Vital systems offline, managed and supported by the client (R44-R46)."""

from __future__ import annotations

import asyncio

from prefect import flow
from prefect.client.schemas.objects import State

from flows.carrying import carry, until_closed
from flows.driving import Drive, together
from flows.strands.assessing import assess
from flows.strands.leading import lead, tell_account_managers
from flows.strands.reaching_client import reach_client
from flows.strands.reporting_faults import ask_findings, assess_data_protection
from tasks.opening import SystemOffline, open_incident


@flow(name="client-system-offline", flow_run_name="{report.system} offline")
async def client_system_offline(report: SystemOffline) -> State:
    """A system that a client manages has failed, and our agents need it.

    Start it with what is failing and what is seen. Kitart opens an incident (or joins the open
    one of the same system), reaches the ERT and the account manager, has the supervisor find out
    what fails, reports to the client by its own procedure, and has calls logged by hand where
    people decide so. The repair is the client's; a person says when it works again.
    """
    incident = await asyncio.to_thread(open_incident, report, "client")
    return await carry(incident, carry_out_plan)


async def carry_out_plan(drive: Drive) -> None:
    """The plan's strands beside one another, until a person closes the incident."""
    async with until_closed(drive):
        await together(
            lead(drive),
            tell_account_managers(drive),
            assess(drive),
            *[reach_client(drive, client) for client in drive.clients],
            assess_data_protection(drive),
            ask_findings(drive),
        )
