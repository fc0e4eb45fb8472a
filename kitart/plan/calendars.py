"""Service and business calendars: hours, then holidays, then overrides; the later wins."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from holidays import list_supported_countries
from pydantic import Field, model_validator

from kitart.plan.values import Code, Country, DayHours, Part, Text, WeeklyHours, Zone


class Override(Part):
    """A one-off opening (with hours) or closing (without) of one day in the calendar's zone."""

    day: date
    hours: tuple[DayHours, ...] = Field(default=(), description="Empty: closed all day")
    reason: Text


class Calendar(Part):
    """When a line is open, or when a client does business."""

    id: Code
    time_zone: Zone
    hours: tuple[WeeklyHours, ...] = Field(min_length=1)
    market: Country | None = Field(default=None, description="Country of the public holidays")
    subdivision: str | None = Field(default=None, description="Its region, e.g. BE for Berlin")
    open_on_holidays: bool = False
    overrides: tuple[Override, ...] = ()

    @model_validator(mode="after")
    def _holidays_known(self) -> Calendar:
        if self.market is None:
            if self.subdivision is not None:
                raise ValueError(
                    f"subdivision {self.subdivision!r} has no market; add its country, e.g. DE"
                )
            return self
        regions = _holiday_regions().get(self.market)
        if regions is None:
            raise ValueError(
                f"market {self.market!r} has no holiday data; right would be another country, or "
                "no market and overrides instead"
            )
        if self.subdivision is not None and self.subdivision not in regions:
            raise ValueError(
                f"subdivision {self.subdivision!r} is not one of {self.market}; "
                f"right would be one of {', '.join(regions) or 'none'}"
            )
        return self

    @model_validator(mode="after")
    def _one_override_a_day(self) -> Calendar:
        days = [override.day for override in self.overrides]
        twice = sorted({day.isoformat() for day in days if days.count(day) > 1})
        if twice:
            raise ValueError(f"overrides give {', '.join(twice)} twice; keep one a day")
        return self


@lru_cache(maxsize=1)
def _holiday_regions() -> dict[str, list[str]]:
    return dict(list_supported_countries())
