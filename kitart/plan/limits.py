"""The time limits and thresholds: minutes, unless the name says otherwise."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator, model_validator

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
    silent_backup: Minutes = Field(default=5, description="Then the next backup is asked too")
    agents_drop: Count = Field(default=3, description="Agents gone in one minute: they are asked")
    one_cause_window: Minutes = Field(default=60, description="For reports of the same kind")
    shift_ahead: Minutes = Field(default=240, description="A report before a shift counts already")
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
    # The health watch, a look each minute
    health_down_looks: Annotated[int, Field(ge=2, le=10)] = Field(
        default=2, description="So many failed looks open an incident ..."
    )
    health_of_looks: Annotated[int, Field(ge=2, le=30)] = Field(
        default=3, description="... among so many, the last one failed"
    )
    # Telling the client
    first_notice_p1: Minutes = 15
    first_notice: Minutes = 30
    update_p1: Minutes = 30
    update_other: Minutes = 60
    approval_to_deputy_before_due: Minutes = 10
    approval_to_ert_before_due: Minutes = 5
    # Legal clocks (reports §5)
    legal_awareness_ask: Minutes = Field(default=60, description="Until it is asked for again")
    legal_reminder_share: Share = Field(default=0.5, description="Of a clock's time; then a word")
    legal_reminder_before: Minutes = Field(default=120, description="Before a clock ends: another")
    legal_undue_delay: Minutes = Field(default=720, description="Where the law names no hours")
    # The after-action report: business days of the company after the recovery
    after_action_days: Count = Field(default=10, description="It is to be sent by that day")
    after_action_draft_days: Count = Field(default=6, description="It is drafted on that day")
    after_action_reminder_days: Count = Field(default=4, description="Who writes is reminded")
    # The review of the plan, in days (A25)
    review_days: Annotated[int, Field(gt=0, le=366)] = Field(
        default=365, description="From one review to the next at most"
    )
    review_after_trigger_days: Count = Field(default=30, description="After a trigger")
    review_reminder_days: Count = Field(default=30, description="Before it is due: a first word")
    version_read_days: Count = Field(
        default=7, description="To read a new version; then a word each week"
    )
    # The record of an exercise: business days of the company after its end; hours for the hot wash
    exercise_record_days: Count = Field(default=10, description="It is to be signed by that day")
    exercise_record_draft_days: Count = Field(default=5, description="It is drafted on that day")
    hot_wash_hours: Count = Field(default=48, description="For the participants' own word")
    # Corrective actions: calendar days (D29)
    action_reminder_days: Count = Field(default=7, description="The owner is told so long before")
    action_again_days: Count = Field(default=7, description="Overdue: the owner is told so often")
    # Readiness
    verified_days: Count = 90
    contact_test: Minutes = Field(default=60, description="To answer a test of the contact list")
    exercise_late: Minutes = Field(
        default=30, description="After its time an exercise begins only once it is confirmed anew"
    )
    exercise_confirm: Minutes = Field(
        default=120, description="For the coordinators to confirm, once its time has come"
    )
    contacts_valid_share: Share = Field(default=0.95, description="Of those tried, at least")

    @field_validator("rto")
    @classmethod
    def _four_levels(cls, value: dict[int, int]) -> dict[int, int]:
        if sorted(value) != [1, 2, 3, 4]:
            raise ValueError(
                f"has the levels {sorted(value)}; right would be one entry for each of 1, 2, 3, 4"
            )
        return value

    @model_validator(mode="after")
    def _looks_enough(self) -> Limits:
        if self.health_down_looks > self.health_of_looks:
            raise ValueError(
                f"health_down_looks is {self.health_down_looks}, more than health_of_looks, "
                f"{self.health_of_looks}; right would be 2 of 3"
            )
        return self

    @field_validator("rto_warning_shares")
    @classmethod
    def _rising(cls, value: tuple[float, ...]) -> tuple[float, ...]:
        if list(value) != sorted(set(value)):
            raise ValueError(f"{list(value)} do not rise; right would be [0.5, 1.0]")
        return value
