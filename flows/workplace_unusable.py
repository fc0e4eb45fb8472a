"""The primary place of work can't be used: agents at home, the cover ladder (R16-R42)."""

from __future__ import annotations

import asyncio

from prefect import flow
from prefect.client.schemas.objects import State

from flows.carrying import carry
from flows.driving import Drive, beside, together
from flows.strands.closing import close_by_decision
from flows.strands.confirming import have_confirmed
from flows.strands.covering import hold_queues, see_who_is_live
from flows.strands.crisis_team import contact_crisis_team
from flows.strands.ending_cover import OVER, stand_everybody_down, undo_false_alarm
from flows.strands.filing import keep_filed, keep_picture
from flows.strands.handing_over import keep_in_charge
from flows.strands.invoking import hear_the_lead, invoke_levels
from flows.strands.leading import lead
from flows.strands.minding_safety import mind_safety
from flows.strands.proving import declare_normal, prove_cover
from flows.strands.releasing_cover import release_cover
from flows.strands.relocating import follow_those_who_move
from flows.strands.reporting_faults import ask_findings, assess_data_protection
from flows.strands.sharing_the_pool import settle_conflicts
from flows.strands.spreading_the_word import keep_managers_told
from flows.strands.telling_of_cover import keep_clients_told
from flows.strands.voicemail import switch_to_voicemail, until_voicemail_is_over
from flows.strands.warning_of_time import warn_of_queue_times
from tasks.agents_out import AgentsOut, open_agents_incident
from tasks.cover import keep_seats as count_seats


@flow(name="workplace-unusable", flow_run_name="agents can't work")
async def workplace_unusable(report: AgentsOut) -> State:
    """Agents can't work from where they are: power, internet, fire, illness.

    Start it with the agents' codes and what is known. Kitart opens an incident, or joins the open
    one of the same cause, reaches the ERT, and walks the cover ladder queue by queue: backups who
    are native speakers, speakers of the language from elsewhere, English only, voicemail. People
    invoke each level; every step looks in the journal first.
    """
    incident = await asyncio.to_thread(open_agents_incident, report)
    return await carry(incident, carry_out_plan, undo_false_alarm)


async def carry_out_plan(drive: Drive) -> None:
    """The ladder, and what goes on beside it, until a person closes the incident."""
    async with beside(
        keep_filed(drive),
        keep_picture(drive),
        keep_managers_told(drive),
        keep_in_charge(drive),
        have_confirmed(drive),
        keep_clients_told(drive),
    ):
        await drive.step(count_seats, drive.lease)
        async with beside(
            contact_crisis_team(drive),
            switch_to_voicemail(drive),
            see_who_is_live(drive),
            hold_queues(drive),
            follow_those_who_move(drive),
            settle_conflicts(drive),
            invoke_levels(drive),
            hear_the_lead(drive),
            release_cover(drive),
            prove_cover(drive),
            declare_normal(drive),
            warn_of_queue_times(drive),
            mind_safety(drive),
        ):
            await together(lead(drive), assess_data_protection(drive), ask_findings(drive))
            closed = False
            while not closed:
                await until_voicemail_is_over(drive)
                closed = await close_by_decision(drive)
        await stand_everybody_down(drive, OVER)
