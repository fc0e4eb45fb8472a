"""What each role does, in order, with the plan's limits: for the day without a network (D17).

Short, since it is read in haste; the numbers of the plan stand beside each step.
"""

from __future__ import annotations

from dataclasses import dataclass

from kitart.reports.terms import N_


@dataclass(frozen=True)
class Step:
    """One step; ``limit`` is filled in with the plan's limits by name, "" where there is none."""

    text: str
    limit: str = ""
    numbers: str = ""


_HEAR = Step(
    N_("You hear of a severe incident: reach one ERT member at once. No answer: the next one."),
    N_("{ert_ack_in_hours} min in service hours, {ert_ack_out_of_hours} min outside"),
    "R8-R10",
)
_SAFETY = Step(
    N_("An agent can't work: ask first whether the agent is safe. In danger: the emergency number "
       "of that country, nothing else. Then: what happened, since when, until when, place, "
       "language, project."),
    "", "R17, D13",
)  # fmt: skip
_CLIENT_SYSTEM = Step(
    N_("A client's system fails: look at it, collect what is known, report to the client by its "
       "own procedure. Decide whether calls are logged by hand."),
    "", "R44-R46",
)  # fmt: skip
_OUR_SYSTEM = Step(
    N_("A system of ours fails: look at it, collect what is known, tell the ERT and the clients."),
    "", "R47, R48",
)  # fmt: skip
_LOG = Step(
    N_("Write each event and decision into the incident log: time with zone, what, who."), "",
    "R11, D1",
)  # fmt: skip
_LOG_AND_DECISIONS = Step(
    N_("Write each event into the incident log: time with zone, what, who. Your decisions also go "
       "on a decision record."),
    "", "R11, D1",
)  # fmt: skip
_ANSWER = Step(
    N_("You are called: say “I have it”, or say at once that you can't."),
    N_("within {role_unreachable} min, then your deputy is asked"),
    "D14, D15",
)

STEPS: dict[str, tuple[Step, ...]] = {
    "ert": (
        Step(N_("You are alarmed: say “I have it”. You lead until somebody relieves you."),
             N_("{ert_ack_in_hours} min in service hours, {ert_ack_out_of_hours} min outside"),
             "R9, R10"),
        Step(N_("Nobody has it: ask the next member too, until one has it."),
             N_("after {ert_retry_in_hours} min in service hours, {ert_retry_out_of_hours} min "
                "outside"), "D15"),
        Step(N_("Record the nature of the problem, the systems affected, the severity."), "",
             "R11"),
        Step(N_("Set the priority, P1 to P4. It is your decision alone."),
             N_("within {classify} min"), "R13"),
        Step(N_("Customer care is affected: tell the account manager of each project concerned."),
             N_("within {am_notify} min"), "R15"),
        Step(N_("Bring in whom it takes: IT manager, VCC administrator, supplier, others."), "",
             "R14"),
        Step(N_("P1 and not solved: escalate to the IT manager and the account managers, then to "
                "the crisis team."), N_("crisis team within {cmt_contact} min"), "R12"),
        Step(N_("The recovery time is half over, or over, without cover: tell the account manager "
                "and the CMT lead."), "", "R22, R41"),
        _LOG_AND_DECISIONS,
        Step(N_("It is over when a test proves it and it has held. Closing is a decision: who, "
                "when, why."), N_("held for {stable_before_recovered} min"), "D5, D7"),
    ),
    "account_manager": (
        _HEAR,
        _SAFETY,
        Step(N_("Level 1: one or two agents out who can't move. Contact the backups lined up."),
             N_("decide about moving: {relocate_forecast} min; backup on duty: {backup_start} min; "
                "recovered: {rto[1]} min"), "R19-R24"),
        Step(N_("Level 2: all agents of a project out, their backups too. Cover by non-native "
                "speakers from other places."),
             N_("start: {backup_start} min; recovered: {rto[2]} min"), "R25-R29"),
        Step(N_("Level 3: several agents of several projects out, nobody left as above. Contact "
                "the crisis team; cover in English only, where the client allows it."),
             N_("start: {backup_start} min; recovered: {rto[3]} min"), "R30-R35"),
        Step(N_("Level 4: most agents out, no cover left. Contact the crisis team at once. Order "
                "voicemail line by line; the VCC administrator carries it out."),
             N_("voicemail: {voicemail_active} min; recovered: {rto_4_h} h"), "R36-R42"),
        Step(N_("Tell the client: first notice, then news on time, also when nothing has changed."),
             N_("first: {first_notice_p1} min at P1, else {first_notice} min; then every "
                "{update_p1} or {update_other} min, or as the contract says"), "R15, R45"),
        _CLIENT_SYSTEM,
        _OUR_SYSTEM,
        Step(N_("Prove it: a test call to each line, answered in its language, or a voicemail "
                "left. Record it."), "", "R23, R24, R42"),
        _LOG_AND_DECISIONS,
    ),
    "supervisor": (
        _HEAR,
        _SAFETY,
        Step(N_("Can the agent go on from another safe and private place? Confirm the place. "
                "Nobody in danger is asked to move."), N_("{relocate_forecast} min"), "R19, D13"),
        Step(N_("One or two agents out: contact the backups lined up, one after another; write "
                "down who said what and when."), N_("on duty within {backup_start} min"),
             "R20, R21"),
        Step(N_("More than that, or no backup left: phone the account manager, who decides the "
                "level."), "", "R18"),
        _CLIENT_SYSTEM,
        _OUR_SYSTEM,
        Step(N_("Calls are logged by hand: one numbered form a call, written during the call. No "
                "card data, codes or passwords. Urgent forms come to you at once."), "", "R46"),
        Step(N_("It works again: forms handed out = forms entered + forms void. Urgent ones are "
                "entered the same day, the others on the next working day. Then destroy the "
                "paper, with a record."), "", "R46"),
        Step(N_("Voicemails and promised callbacks: call back, tick them off."),
             N_("as the project's voicemail says"), "R42"),
        _LOG,
    ),
    "it_manager": (
        _HEAR,
        _ANSWER,
        Step(N_("Open a ticket with the supplier; write down its number and each statement with "
                "its time."), "", "R12"),
        Step(N_("The account manager has decided on voicemail or divert: see that it is carried "
                "out and tested, line by line."), N_("{voicemail_active} min"), "R38"),
        Step(N_("The phone system can't be commanded: ask the carrier to divert. The tool can't do "
                "it for you."), "", "D19"),
        Step(N_("Mail and SharePoint are down: phones, SMS and this paper. Documents get number "
                "and checksum, and are filed late."), "", "D18, D20"),
        _OUR_SYSTEM,
        _LOG_AND_DECISIONS,
        Step(N_("Each quarter the test of the contact list, each year the test of the plan, with "
                "the account managers."), "", "R52, R53"),
    ),
    "vcc_admin": (
        _ANSWER,
        Step(N_("Wait for the account manager's decision: who, when, which lines. Write it down."),
             "", "R38"),
        Step(N_("Put the lines on voicemail, one after another."), N_("{voicemail_active} min"),
             "R38"),
        Step(N_("Call each line: is the right greeting heard, can a message be left? Record time "
                "and result."), "", "R42"),
        Step(N_("The phone system can't be commanded: give the carrier each line and its divert "
                "number. Test each."), "", "D19"),
        Step(N_("Back to normal only by decision. Then call each line again, also at the next "
                "opening."), "", "R42"),
        _LOG,
    ),
    "cmt": (
        _ANSWER,
        Step(N_("Level 3: the account manager contacts you before cover in English begins. You "
                "know it and see what else is needed."), N_("within {cmt_contact} min"), "R31"),
        Step(N_("Level 4: meet at once and decide how to recover. Fill in a decision record."), "",
             "R37, R39"),
        Step(N_("Give whatever it takes to get back to normal."),
             N_("recovered: {rto_4_h} h"), "R40, R41"),
        Step(N_("Clients hear from their account manager; agree who speaks to anybody else."), "",
             "R15"),
        _LOG_AND_DECISIONS,
    ),
    "data_protection": (
        _ANSWER,
        Step(N_("Are personal data hit: lost, out of reach, seen or changed by strangers? Decide "
                "it and write down why, also when the answer is no."), "", "D24"),
        Step(N_("Write down when the company became aware, with the reason: the clocks run from "
                "there."), "", "D24"),
        Step(N_("Data of a client's callers: the client is told without undue delay; its contract "
                "may fix hours."), N_("without undue delay"), "R45"),
        Step(N_("Data of our own people: the authority is told, unless a risk is unlikely; the "
                "people too where the risk is high."), N_("72 hours from becoming aware"), "D24"),
        Step(N_("Forms on paper: locked while in use, destroyed after entry, with a record."), "",
             "R46"),
    ),
}  # fmt: skip
STEPS["cmt_lead"] = STEPS["cmt"]


@dataclass(frozen=True)
class Escalation:
    """One line of the chain: when, from whom to whom, how fast (reports §9)."""

    when: str
    who: str
    limit: str


CHAIN = (
    Escalation(N_("Severe incident"), N_("whoever detects it → ERT on duty"),
               N_("{ert_ack_in_hours} / {ert_ack_out_of_hours} min")),
    Escalation(N_("No acknowledgement"), N_("→ next ERT member, side by side"),
               N_("{ert_retry_in_hours} / {ert_retry_out_of_hours} min")),
    Escalation(N_("Customer care affected"), N_("ERT → each account manager concerned"),
               N_("{am_notify} min")),
    Escalation(N_("P1, the ERT can't solve it"),
               N_("ERT lead → IT manager; account manager → CMT lead"), N_("{classify} min")),
    Escalation(N_("Level 3"), N_("account manager → crisis team"),
               N_("before cover in English begins")),
    Escalation(N_("Level 4"), N_("account manager → crisis team; voicemail ordered"),
               N_("at once")),
    Escalation(N_("Recovery time half over, or over, without cover"),
               N_("Kitart → account manager; ERT lead and CMT lead"),
               N_("{rto_warned} / {rto[1]} min; level 4: {rto_4_warned_h} / {rto_4_h} h")),
    Escalation(N_("A client's system fails"),
               N_("supervisor on duty → client's contacts, one after another"),
               N_("{role_unreachable} min each")),
    Escalation(N_("A role can't be reached"), N_("→ deputy → next role up"),
               N_("{role_unreachable} min each")),
)  # fmt: skip
