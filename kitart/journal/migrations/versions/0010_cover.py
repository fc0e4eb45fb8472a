"""Agents called out for cover; the incident that a report of an outage led to"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kitart.journal import columns

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("outage_reports") as table:
        table.add_column(sa.Column("incident", sa.String(), nullable=True))
        table.create_foreign_key(
            op.f("fk_outage_reports_incident_incidents"), "incidents", ["incident"], ["number"]
        )
    op.create_table(
        "cover_calls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident", sa.String(), nullable=False),
        sa.Column("agent", sa.String(), nullable=False),
        sa.Column("queue", sa.String(), nullable=False),
        sa.Column("rung", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("hold_key", sa.String(), nullable=True),
        sa.Column("held_until", columns.UtcDateTime(), nullable=True),
        sa.Column("asked_at", columns.UtcDateTime(), nullable=False),
        sa.Column("answered_at", columns.UtcDateTime(), nullable=True),
        sa.Column("via", sa.String(), nullable=True),
        sa.Column("due_at", columns.UtcDateTime(), nullable=False),
        sa.Column("silent_at", columns.UtcDateTime(), nullable=True),
        sa.Column("reminded_at", columns.UtcDateTime(), nullable=True),
        sa.Column("live_at", columns.UtcDateTime(), nullable=True),
        sa.Column("live_by", sa.String(), nullable=True),
        sa.Column("relief_asked_at", columns.UtcDateTime(), nullable=True),
        sa.Column("ended_at", columns.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["incident"], ["incidents.number"], name=op.f("fk_cover_calls_incident_incidents")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cover_calls")),
        sa.UniqueConstraint("hold_key", name=op.f("uq_cover_calls_hold_key")),
    )
    op.create_index("ix_cover_calls_incident", "cover_calls", ["incident"])
    op.create_index("ix_cover_calls_agent", "cover_calls", ["agent"])
