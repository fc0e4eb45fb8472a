"""The company, its clients, their projects and lines."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field, field_validator, model_validator

from kitart.plan.legal import ClientLegal, CompanyLegal
from kitart.plan.people import Channel
from kitart.plan.values import (
    Code,
    Country,
    CountryOrGroup,
    Language,
    LevelName,
    Minutes,
    Part,
    PersonKind,
    Phone,
    Text,
    WeeklyHours,
    Zone,
)

_EU = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
EEA = frozenset(f"{_EU} IS LI NO".split(" "))


class Company(Part):
    """The company itself."""

    id: Code
    name: Text
    time_zone: Zone
    report_languages: tuple[Language, ...] = Field(min_length=1)
    business_calendar: Code | None = Field(
        default=None, description="The company's own business days; None: Monday to Friday"
    )
    operators: tuple[Code, ...] = Field(default=(), description="Mobile operators, by code")
    emergency_numbers: dict[Country, Text] = Field(
        default_factory=dict, description="By country, shown to an agent in danger (E17)"
    )
    legal: CompanyLegal = CompanyLegal()


class Permits(Part):
    """What the client allows when cover is short."""

    english_only: bool
    non_native: bool
    voicemail: bool
    agent_countries: tuple[CountryOrGroup, ...] = Field(min_length=1)
    shared_agents: bool = True

    def country_allowed(self, country: str) -> bool:
        """Whether an agent in ``country`` (two capitals) may serve this client."""
        allowed = self.agent_countries
        return "any" in allowed or country in allowed or ("EEA" in allowed and country in EEA)


class Contact(Part):
    """One of the client's contacts, a role rather than a name."""

    id: Code
    role: Text
    channels: tuple[Channel, ...] = Field(min_length=1)
    hours: WeeklyHours = "24/7"


class ClientReport(Part):
    """How the client is told (A23); ``None`` means the company's own limit."""

    language: Language = "en"
    first_notice_minutes: Minutes | None = None
    update_minutes: Minutes | None = None
    final_business_days: Annotated[int, Field(gt=0, le=60)] = 5
    preliminary_closing: bool = Field(
        default=False, description="A preliminary closing report by the next business day"
    )
    approver_role: PersonKind = "account_manager"
    pre_approved_short_text: bool = False
    notice_from_seats: Annotated[int, Field(gt=0)] = Field(
        default=1, description="Fewer missing seats than this stay an internal record"
    )


class Letterhead(Part):
    """The head of the client's reports."""

    title: Text
    lines: tuple[Text, ...] = ()


class Client(Part):
    """A paying company."""

    id: Code
    name: Text
    contract_zone: Zone
    contacts: tuple[Contact, ...] = Field(min_length=1)
    report: ClientReport
    permits: Permits
    letterhead: Letterhead
    business_calendar: Code
    legal: ClientLegal = ClientLegal()


class Queue(Part):
    """Cover is counted here: one language of a project, in seats by window."""

    lang: Language
    lines: tuple[Code, ...]
    min_level: LevelName = Field(
        default="B2", description="What a non-native speaker needs at least (rung 2)"
    )
    seats: dict[str, Annotated[int, Field(ge=0)]] = Field(description="Seats by window name")


class Voicemail(Part):
    """What callers hear and who calls them back (E45)."""

    greeting_languages: tuple[Language, ...] = Field(min_length=1)
    box_per_queue: bool = True
    callback_due_hours: Annotated[int, Field(gt=0)] = 24
    owner_role: PersonKind = "supervisor"


class ServiceLevel(Part):
    """What is agreed with the client: so many percent of calls answered within so many seconds."""

    percent: Annotated[int, Field(gt=0, le=100)]
    within_seconds: Annotated[int, Field(gt=0, le=3600)]


class Project(Part):
    """A client's project."""

    id: Code
    name: Text
    client: Code
    service_calendar: Code
    windows: dict[str, WeeklyHours] = Field(
        min_length=1,
        description="Named parts of the week in the service calendar's zone; the first that holds "
        "a moment decides how many seats are needed",
    )
    queues: tuple[Queue, ...] = Field(min_length=1)
    voicemail: Voicemail
    service_level: ServiceLevel | None = Field(
        default=None, description="The agreed service level; reports compare calls with it (c5)"
    )
    account_manager: Code
    deputy_account_manager: Code | None = None
    supervisors: tuple[Code, ...] = ()

    def queue(self, lang: str) -> Queue:
        """The queue of ``lang``; raises ``KeyError`` when the project has none."""
        for queue in self.queues:
            if queue.lang == lang:
                return queue
        raise KeyError(f"project {self.id} has no queue {lang!r}")

    @field_validator("queues")
    @classmethod
    def _one_per_language(cls, value: tuple[Queue, ...]) -> tuple[Queue, ...]:
        langs = [queue.lang for queue in value]
        twice = sorted({lang for lang in langs if langs.count(lang) > 1})
        if twice:
            raise ValueError(f"holds {', '.join(twice)} twice; right would be one queue a language")
        return value

    @model_validator(mode="after")
    def _seats_by_window(self) -> Project:
        for queue in self.queues:
            unknown = [window for window in queue.seats if window not in self.windows]
            if unknown:
                raise ValueError(
                    f"queue {queue.lang}: seats name the window {unknown[0]!r}; "
                    f"right would be one of {', '.join(self.windows)}"
                )
        return self


class Line(Part):
    """A phone line as callers know it."""

    id: Code
    number: Phone
    project: Code
    lang: Language
    carrier_divert_number: Phone | None = None
    carrier_divert_tested: date | None = None
    greeting_languages: tuple[Language, ...] = ()
