"""What the law and a contract ask of whom when something happens (reports §5).

Only what is settled beforehand stands here: who is in scope, what a contract says. Whether an
incident is a breach, and from when on somebody knew, people say in the incident itself.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from kitart.plan.values import Country, Part, Text

Hours = Annotated[int, Field(gt=0, le=24 * 31)]


class ClientLegal(Part):
    """What is settled with a client and about it."""

    contract_notice_hours: Hours | None = Field(
        default=None,
        description="To tell the client of a personal data breach, by its contract; without, the "
        "law's “without undue delay” stands alone (GDPR 33(2))",
    )
    incident_notice_hours: Hours | None = Field(
        default=None, description="To tell the client of any incident, by its contract"
    )
    contract_hours: Literal["real", "business"] = Field(
        default="real", description="Whether a contract's hours run on in nights and on weekends"
    )
    nis2: bool = Field(default=False, description="The client is in scope of NIS2")
    dora: bool = Field(default=False, description="The client is a financial entity under DORA")
    controller_contact: Text | None = Field(
        default=None, description="Who takes notices of a breach at the client: a role, no name"
    )


class CompanyLegal(Part):
    """What is settled about the company itself."""

    nis2: bool = Field(default=False, description="The company is in scope of NIS2")
    own_staff_data: bool = Field(
        default=True, description="The company is the controller of its own staff's data"
    )
    country: Country | None = Field(
        default=None,
        description="Whose public holidays move the end of a month's period; without, weekends do",
    )
