"""All that people read in a demo, in one file, so that somebody can look how it reads."""

from __future__ import annotations

from pathlib import Path

from bs4 import BeautifulSoup

from kitart.plan.schema import Plan
from sandbox.demo.outside import Outside
from sandbox.world import persons_of


def write_messages(plan: Plan, seen: Outside, file: Path) -> None:
    """Each text message and mail with its time on the plan's clock and who got it, in order; the
    answers to messages from phones follow."""
    names = {
        address: person.code
        for person in persons_of(plan)
        for address in (person.phone, person.mail)
        if address
    }
    found = [(sms.at, f"SMS to {names.get(sms.to, sms.to)}\n{sms.body}") for sms in seen.sms]
    for mail in seen.mails:
        to = ", ".join(names.get(address, address) for address in mail.to)
        text = BeautifulSoup(mail.content, "html.parser").get_text("\n", strip=True)
        found.append((mail.at, f"Mail to {to}: {mail.subject}\n{text}"))
    written = [f"{at:%H:%M:%S} {text}\n" for at, text in sorted(found)]
    answers = [
        f"{names.get(report.phone, report.phone)} wrote: {report.body}\nread: {report.said}\n"
        for report in seen.reports
    ]
    file.write_text("\n".join([*written, *answers]), encoding="utf-8")
