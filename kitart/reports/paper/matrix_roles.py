"""What each kind of role is called for, how fast, and what follows if nobody has it (reports §9).

The numbers are the plan's limits; the words say what the flows do with them.
"""

from __future__ import annotations

from dataclasses import dataclass

from kitart.reports.terms import N_


@dataclass(frozen=True)
class Called:
    """When a kind of role is called and what is expected of it; limits by name in braces."""

    triggers: str
    acknowledge: str
    silence: str
    kind: str
    must_know: str
    may_know: str


FUNCTIONAL = N_("functional: to more knowledge")
HIERARCHICAL = N_("hierarchical: to more authority")

CALLED: dict[str, Called] = {
    "ert": Called(
        N_("any severe incident, of every kind and system; P1 to P4 is set by this role"),
        N_("{ert_ack_in_hours} min in service hours, {ert_ack_out_of_hours} min outside"),
        N_("next member after {ert_retry_in_hours} min ({ert_retry_out_of_hours} min outside "
           "service hours), side by side; at the deadline everybody, the account managers and the "
           "IT manager"),
        FUNCTIONAL,
        N_("every severe incident, each change of priority and level"),
        N_("cover, reports to clients"),
    ),
    "account_manager": Called(
        N_("customer care affected; levels 1 to 4; P1; a client report to approve; the recovery "
           "time half over or over"),
        N_("told within {am_notify} min; answers within {role_unreachable} min"),
        N_("deputy after {role_unreachable} min, then the IT manager; the ERT lead may act and is "
           "confirmed afterwards"),
        HIERARCHICAL,
        N_("every effect on the own projects, each decision taken in their name"),
        N_("incidents of other projects that need the same agents"),
    ),
    "supervisor": Called(
        N_("an agent can't work; a client's system fails; calls logged by hand; voicemails and "
           "callbacks"),
        N_("{role_unreachable} min, on duty"),
        N_("the project's other supervisors, then its account manager, after {role_unreachable} "
           "min each"),
        FUNCTIONAL,
        N_("every outage of an agent of the own projects"),
        N_("incidents of the own projects"),
    ),
    "it_manager": Called(
        N_("P1 that the ERT can't solve; nobody of the ERT has it in time; voicemail or divert "
           "decided; gaps of the contact list"),
        N_("{role_unreachable} min"),
        N_("deputy after {role_unreachable} min, both again after each wait; on P1 the crisis team "
           "too"),
        HIERARCHICAL,
        N_("P1; every alarm that nobody took in time"),
        N_("every incident of a company system"),
    ),
    "vcc_admin": Called(
        N_("level 4: voicemail routing ordered; back to normal ordered"),
        N_("{role_unreachable} min; carried out within {voicemail_active} min"),
        N_("deputy after {role_unreachable} min, then the IT manager; then the carrier's divert"),
        FUNCTIONAL,
        N_("every order about lines"),
        N_("incidents of the phone system"),
    ),
    "cmt_lead": Called(
        N_("level 3, before cover in English; level 4, at once; P1 that the ERT can't solve; the "
           "recovery time over"),
        N_("{cmt_contact} min"),
        N_("deputy after {role_unreachable} min, then every member, again after each wait"),
        HIERARCHICAL,
        N_("levels 3 and 4; P1 that is not solved; a recovery time that is over"),
        N_("every P1"),
    ),
    "cmt": Called(
        N_("level 3 or 4, when lead and deputy have no answer; a decision of several members"),
        N_("{cmt_contact} min"),
        N_("every member again after each wait of {role_unreachable} min"),
        HIERARCHICAL,
        N_("what the team is convened for"),
        N_("levels 3 and 4"),
    ),
    "data_protection": Called(
        N_("personal data may be lost, out of reach, seen or changed by strangers"),
        N_("{role_unreachable} min"),
        N_("deputy after {role_unreachable} min; the legal clocks run all the same"),
        FUNCTIONAL,
        N_("every suspicion that personal data are hit"),
        N_("every P1"),
    ),
}  # fmt: skip
