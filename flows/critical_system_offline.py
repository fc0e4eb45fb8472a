"""Vital systems or technical infrastructure offline, managed by the company (R43, R47-R49)."""

from __future__ import annotations

import asyncio

from prefect import flow
from prefect.client.schemas.objects import State

from flows.carrying import carry, until_closed
from flows.driving import Drive, together
from flows.strands.diverting import divert_calls
from flows.strands.leading import lead, tell_account_managers
from flows.strands.reporting_faults import (
    ask_findings,
    assess_data_protection,
    submit_reports,
    warn_of_recovery_time,
)
from tasks.opening import SystemOffline, open_incident


@flow(name="critical-system-offline", flow_run_name="{report.system} offline")
async def critical_system_offline(report: SystemOffline) -> State:
    """A key system that the company manages has failed.

    Start it with what is failing and what is seen. Kitart opens an incident (or joins the open
    one of the same system), reaches the ERT within 5 minutes in service hours and 15 outside,
    and carries the plan to the filed closing report. People decide; every step looks in the
    journal first, so a run begun anew goes on where the last one stood.
    """
    incident = await asyncio.to_thread(open_incident, report, "company")
    return await carry(incident, carry_out_plan)


async def carry_out_plan(drive: Drive) -> None:
    """The plan's strands beside one another, until a person closes the incident.

    A relapse before that reopens it (E35): the clients are told anew, and closing waits for that.
    """
    async with until_closed(drive):
        await together(
            lead(drive),
            tell_account_managers(drive),
            submit_reports(drive),
            assess_data_protection(drive),
            divert_calls(drive),
            warn_of_recovery_time(drive),
            ask_findings(drive),
        )
