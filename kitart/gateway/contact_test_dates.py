"""When the contact list is tested next, by the schedules in ``prefect.yaml`` (R50)."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import yaml
from cronsim import CronSim

from kitart.settings import HOUSE

DEPLOYMENT = "contact-list"


def next_contact_test(now: datetime) -> datetime | None:
    """The next one after ``now``, in UTC; ``None`` where the file or its schedules are missing.

    Who changed the schedule in the Prefect UI alone finds the file's here.
    """
    moments = [
        next(CronSim(cron, now.astimezone(ZoneInfo(zone)))).astimezone(UTC)
        for cron, zone in _schedules()
    ]
    return min(moments, default=None)


@lru_cache(maxsize=1)
def _schedules() -> tuple[tuple[str, str], ...]:
    try:
        text = (HOUSE / "prefect.yaml").read_text(encoding="utf-8")
    except OSError:
        return ()
    return tuple(
        (schedule["cron"], schedule.get("timezone", "UTC"))
        for deployment in yaml.safe_load(text)["deployments"]
        if deployment["name"] == DEPLOYMENT
        for schedule in deployment.get("schedules", ())
        if schedule.get("active", True)
    )
