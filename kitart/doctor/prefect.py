"""What is wrong with Prefect, as far as Kitart needs it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from kitart.doctor.finding import Finding, Weight, counted, listed, seconds
from kitart.prefect_look import (
    EXPECTED,
    INCIDENTS,
    WATCH,
    WATCHES,
    Deployed,
    Pool,
    PrefectTrouble,
    Queue,
    Run,
)

NOT_POLLED_FOR = timedelta(seconds=60)
LATE = timedelta(seconds=30)
BY_HAND = (
    "No new run begins. The gateway raises alarms and asks again each ten seconds; runs that drive "
    "go on; answers count by the links. After a minute the ERT and the IT manager are sent to the "
    "paper plan."
)
NO_LOOKS = (
    "Nobody looks at systems, inputs, agents and legal clocks each minute; alerts still come."
)
WORKER = (
    "prefect worker start --pool kitart --type kitart-warm   (or: docker compose up -d worker-1)"
)


def of_trouble(trouble: PrefectTrouble, address: str) -> list[Finding]:
    """A Prefect that can't be looked at."""
    said = str(trouble)
    if trouble.kind == "no address":
        what = said
        do = "set PREFECT_API_URL to Prefect's API (http://…:4200/api), as the gateway's"
    elif trouble.kind == "login refused":
        what = f"Prefect at {address} refuses the login ({said})"
        do = "set PREFECT_API_AUTH_STRING here, for gateway and worker as Prefect's server has it"
    elif trouble.kind == "refused":
        what = f"Prefect at {address} is out of order ({said})"
        do = "docker compose logs --since 15m prefect-api   (its database away? PREFECT_API_URL?)"
    else:
        what = f"Prefect at {address} does not answer ({said})"
        do = "kitart prefect-server   (or: docker compose up -d prefect-api)"
    code = f"prefect.{trouble.kind.replace(' ', '-')}"
    return [Finding(code, "stops", what, BY_HAND, (do, "then: kitart doctor"))]


def of_deployments(found: Sequence[Deployed], pool: str) -> list[Finding]:
    """Deployments that are missing, paused, in another pool, or of an older Kitart."""
    by_name = {each.name: each for each in found}
    findings = []
    if absent := [name for name in EXPECTED if name not in by_name]:
        plans = [name for name in absent if name not in WATCHES]
        means = "No run of these begins: the gateway raises alarms, and no more is done."
        findings.append(
            Finding(
                "prefect.not-deployed", "stops" if plans else "hinders",
                f"Not deployed in Prefect: {listed(absent)}", means if plans else NO_LOOKS,
                ("prefect deploy --all",),
            )
        )  # fmt: skip
    if elsewhere := [each.name for each in found if each.name in EXPECTED and each.pool != pool]:
        findings.append(
            Finding(
                "prefect.other-pool", "stops",
                f"Deployed for another work pool than {pool}: {listed(elsewhere)}",
                "Kitart's workers don't take their runs.", ("prefect deploy --all",),
            )
        )  # fmt: skip
    if old := [name for name in by_name if name not in EXPECTED]:
        findings.append(
            Finding(
                "prefect.old-deployment", "note",
                f"Of an older Kitart, or of another name: {listed(old)}",
                "Kitart starts none of these; their schedules, if any, still do.",
                tuple(f"prefect deployment delete '{name}'" for name in old[:2]),
            )
        )  # fmt: skip
    if paused := [name for name in WATCHES if name in by_name and by_name[name].paused]:
        findings.append(
            Finding(
                "prefect.paused-deployment", "note", f"Paused in Prefect: {listed(paused)}",
                "These looks are not taken until somebody resumes them.",
                tuple(f"prefect deployment schedule resume '{name}'" for name in paused[:1]),
            )
        )  # fmt: skip
    return findings


def of_pool(pool: Pool | None, name: str, real_now: datetime) -> list[Finding]:
    """A pool or queue that is missing or paused; no worker, or none that looks into a queue."""
    if pool is None:
        return [
            Finding(
                "prefect.no-pool", "stops", f"There is no work pool {name} in Prefect", BY_HAND,
                (f"prefect work-pool create {name} --type kitart-warm", "prefect deploy --all"),
            )
        ]  # fmt: skip
    findings = []
    if pool.paused:
        findings.append(
            Finding("prefect.paused-pool", "stops", f"The work pool {name} is paused", BY_HAND,
                    (f"prefect work-pool resume {name}",))
        )  # fmt: skip
    findings += _of_workers(pool, name, real_now)
    online = any(worker.online for worker in pool.workers)
    needed: dict[str, Weight] = {INCIDENTS: "stops", WATCH: "hinders"}
    for queue, weight in needed.items():
        findings += _of_queue(pool, queue, weight, name, online, real_now)
    return findings


def _of_workers(pool: Pool, name: str, real_now: datetime) -> list[Finding]:
    if any(worker.online for worker in pool.workers):
        return []
    heard = max((one.heard_at for one in pool.workers if one.heard_at is not None), default=None)
    return [
        Finding(
            "prefect.no-worker", "stops", f"No worker is online in the pool {name}", BY_HAND,
            (WORKER, "then: kitart doctor"), since=heard, for_s=seconds(heard, real_now),
        )
    ]  # fmt: skip


def _of_queue(
    pool: Pool, name: str, weight: Weight, pool_name: str, online: bool, real_now: datetime
) -> list[Finding]:
    means = BY_HAND if name == INCIDENTS else NO_LOOKS
    queue: Queue | None = next((one for one in pool.queues if one.name == name), None)
    if queue is None:
        return [
            Finding("prefect.no-queue", weight, f"There is no work queue {name} in the pool", means,
                    (f"prefect work-queue create {name} --pool {pool_name}",
                     "prefect deploy --all"))
        ]  # fmt: skip
    if queue.paused:
        return [
            Finding("prefect.paused-queue", weight, f"The work queue {name} is paused", means,
                    (f"prefect work-queue resume {name} --pool {pool_name}",))
        ]  # fmt: skip
    # Without any worker that is said already.
    unseen = queue.polled_at is None or real_now - queue.polled_at > NOT_POLLED_FOR
    if not online or not unseen:
        return []
    return [
        Finding(
            "prefect.unwatched-queue", weight,
            f"A worker is online, but none looks into the work queue {name}", means,
            (f"start a worker with --work-queue {name}, or one without --work-queue",),
            since=queue.polled_at, for_s=seconds(queue.polled_at, real_now),
        )
    ]  # fmt: skip


def of_late_runs(runs: Sequence[Run], real_now: datetime) -> list[Finding]:
    """Runs that nobody began though they are due: of incidents, and of the looks."""
    late = [run for run in runs if run.stage == "waits" and real_now - run.since > LATE]
    findings = []
    for plan in (True, False):
        rows = [run for run in late if run.plan == plan]
        if not rows:
            continue
        since = min(run.since for run in rows)
        names = listed(list(dict.fromkeys(run.name if plan else run.deployment for run in rows)))
        findings.append(
            Finding(
                "prefect.late-plans" if plan else "prefect.late-looks",
                "stops" if plan else "hinders",
                f"{counted(len(rows), 'run')} late: {names}",
                "The incidents' plans stand still meanwhile; the gateway raises alarms." if plan
                else "What these look for is found late.",
                ("is a worker there, and its pool not paused? if so: is its machine overloaded "
                 "(uptime)?",),
                since=since, for_s=seconds(since, real_now),
            )
        )  # fmt: skip
    return findings
