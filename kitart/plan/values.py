"""The small values of the plan, each refusing nonsense with the right form named.

Every validator raises ``ValueError`` saying what is wrong and what would be right.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import lru_cache
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

import phonenumbers
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from kitart.plan.hours import day_ranges, weekly_windows

ChannelKind = Literal["sms", "mail", "voice", "teams", "chat"]
LevelName = Literal["native", "C2", "C1", "B2", "B1", "A2", "A1"]
PriorityName = Literal["P1", "P2", "P3", "P4"]
PersonKind = Literal[
    "ert",
    "account_manager",
    "supervisor",
    "it_manager",
    "vcc_admin",
    "cmt_lead",
    "cmt",
    "data_protection",
]

_MAIL = re.compile(r"[^@\s<>\"]+@[^@\s<>\".]+(\.[^@\s<>\".]+)+")


class Part(BaseModel):
    """A part of the plan: unknown keys are refused, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@lru_cache(maxsize=1)
def _zone_names() -> list[str]:
    return sorted(available_timezones())


def _zone(value: str) -> str:
    fixed = value.startswith("Etc/") or ("/" not in value and value != "UTC")
    if not fixed:
        try:
            ZoneInfo(value)
        except (OSError, ValueError):  # ZoneInfoNotFoundError is a KeyError
            fixed = True
        except KeyError:
            fixed = True
    if fixed:
        near = get_close_matches(value, _zone_names(), n=1)
        hint = near[0] if near and "/" in near[0] else "Europe/Budapest"
        raise ValueError(
            f"{value!r} is not a time zone of the tz database by region and city; "
            f"right would be, for example, {hint}"
        )
    return value


def phone_number(value: str) -> str:
    """``value`` when it is a possible number in E.164 form; else ``ValueError``."""
    try:
        number = phonenumbers.parse(value, None)
        right = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    except phonenumbers.NumberParseException:
        right = ""
    if not right or not phonenumbers.is_possible_number(number):
        raise ValueError(
            f"{value!r} is not a phone number in E.164 form; right would be, for example, "
            "+3612345678 (plus, country, number)"
        )
    if right != value:
        raise ValueError(f"{value!r} is not written in E.164 form; right would be {right}")
    return value


def mail_address(value: str) -> str:
    """``value`` when it looks like one mail address; else ``ValueError``."""
    if not _MAIL.fullmatch(value):
        raise ValueError(
            f"{value!r} is not a mail address; right would be, for example, duty@kitart.example"
        )
    return value


def _language(value: str) -> str:
    if not re.fullmatch(r"[a-z]{2,3}", value):
        raise ValueError(
            f"{value!r} is not a language code; right would be two or three small letters: de, hu"
        )
    return value


def _country(value: str) -> str:
    if value not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError(f"{value!r} is not a country code; right would be two capitals: HU, PT")
    return value


def _country_or_group(value: str) -> str:
    if value in ("EEA", "any"):
        return value
    try:
        return _country(value)
    except ValueError as trouble:
        raise ValueError(f"{trouble}, EEA or any") from None


def _code(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", value):
        raise ValueError(
            f"{value!r} is not a code; right would be letters, digits, '-', '_' and '.', "
            "for example AG-047"
        )
    return value


def _queue_key(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*/[a-z]{2,3}", value):
        raise ValueError(
            f"{value!r} does not name a queue; right would be project/language: BRAVO/de"
        )
    return value


def _weekly(value: str) -> str:
    weekly_windows(value)
    return value


def _day(value: str) -> str:
    day_ranges(value)
    return value


def _text(value: str) -> str:
    if not value.strip():
        raise ValueError("is empty; right would be some text")
    return value


Code = Annotated[str, AfterValidator(_code)]
Text = Annotated[str, AfterValidator(_text)]
Language = Annotated[str, AfterValidator(_language)]
CountryOrGroup = Annotated[str, AfterValidator(_country_or_group)]
Country = Annotated[str, AfterValidator(_country)]
Zone = Annotated[str, AfterValidator(_zone)]
Phone = Annotated[str, AfterValidator(phone_number)]
Mail = Annotated[str, AfterValidator(mail_address)]
QueueKey = Annotated[str, AfterValidator(_queue_key)]
WeeklyHours = Annotated[str, AfterValidator(_weekly)]
DayHours = Annotated[str, AfterValidator(_day)]
Minutes = Annotated[int, Field(gt=0, le=60 * 24 * 31)]
