"""The time limits and thresholds: minutes, unless the name says otherwise."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator

from kitart.plan.values import Minutes, Part

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(gt=0, le=1000)]


class Limits(Part):
    """All limits. Those of the plan are R9, R10, R19-R41; the others are suggested defaults."""

    # From the plan
    ert_ack_in_hours: Minutes = 5
    ert_ack_out_of_hours: Minutes = 15
    relocate_forecast: Minutes = 30
    backup_start: Minutes = 30
    rto: dict[int, Minutes] = Field(default={1: 30, 2: 30, 3: 30, 4: 480}, description="By level")
    # Reaching people
    ert_retry_in_hours: Minutes = 2
    ert_retry_out_of_hours: Minutes = 5
    am_notify: Minutes = 5
    cmt_contact: Minutes = 5
    cmt_quorum: Count = Field(default=1, description="CMT members who must agree")
    classify: Minutes = 10
    role_unreachable: Minutes = 5
    silent_agent: Minutes = 5
    ert_gap_alarm: Minutes = 60
    news_gap: Minutes = Field(default=5, description="Between two pieces of news about one thing")
    incidents_grouped_from: Count = Field(default=3, description="Incidents with news in that time")
    # Cover
    relocate_recheck: Minutes = 10
    reservation_hold: Minutes = 10
    no_show_reminder_before_due: Minutes = 5
    cover_counts_after: Minutes = 15
    relief_warning_before_end: Minutes = 60
    voicemail_active: Minutes = 15
    most_agents_share: Share = Field(default=0.5, description="Strictly more than")
    # Stability
    stable_before_lowering: Minutes = 15
    stable_before_recovered: Minutes = 15
    unstable_changes: Count = 3
    unstable_window: Minutes = 15
    reopen_within_hours: Count = 24
    rto_warning_shares: tuple[Share, ...] = (0.5, 1.0)
    # Telling the client
    first_notice_p1: Minutes = 15
    first_notice: Minutes = 30
    update_p1: Minutes = 30
    update_other: Minutes = 60
    approval_to_deputy_before_due: Minutes = 10
    approval_to_ert_before_due: Minutes = 5
    # Readiness
    verified_days: Count = 90
    contact_test: Minutes = Field(default=60, description="To answer a test of the contact list")
    contacts_valid_share: Share = Field(default=0.95, description="Of those tried, at least")

    @field_validator("rto")
    @classmethod
    def _four_levels(cls, value: dict[int, int]) -> dict[int, int]:
        if sorted(value) != [1, 2, 3, 4]:
            raise ValueError(
                f"has the levels {sorted(value)}; right would be one entry for each of 1, 2, 3, 4"
            )
        return value

    @field_validator("rto_warning_shares")
    @classmethod
    def _rising(cls, value: tuple[float, ...]) -> tuple[float, ...]:
        if list(value) != sorted(set(value)):
            raise ValueError(f"{list(value)} do not rise; right would be [0.5, 1.0]")
        return value
