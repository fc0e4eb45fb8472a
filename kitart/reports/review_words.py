"""What the parts of a review are called, on its page and in its record (reports §7)."""

from __future__ import annotations

from kitart.language import phrase

ITEMS = {
    "scope": phrase("Scope and list of clients"),
    "contacts": phrase("Contacts verified"),
    "teams": phrase("ERT, CMT, deputies"),
    "backups": phrase("Backup pools of each language"),
    "limits": phrase("Thresholds and timers in force"),
    "calendars": phrase("Calendars and time zones"),
    "systems": phrase("Systems, their owners, supplier contacts"),
    "diverts": phrase("Carrier divert numbers"),
    "templates": phrase("Templates and languages"),
    "greetings": phrase("Voicemail greetings"),
    "offline": phrase("Offline copies"),
    "legal": phrase("Legal duties"),
    "assumptions": phrase("Assumptions"),
    "actions": phrase("Open corrective actions"),
}
ANSWERS = {
    "yes": phrase("right"),
    "no": phrase("not right"),
    "changed": phrase("changed"),
}
DECISIONS = {
    "approved": phrase("approved"),
    "rejected": phrase("rejected"),
    "postponed": phrase("postponed"),
}
