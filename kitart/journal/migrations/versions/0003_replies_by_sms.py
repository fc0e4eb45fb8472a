"""Replies by SMS"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kitart.journal import columns

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "replies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sid", sa.String(), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("person", sa.String(), nullable=True),
        sa.Column("incident", sa.String(), nullable=True),
        sa.Column("reading", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("received_at", columns.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident"], ["incidents.number"], name=op.f("fk_replies_incident_incidents")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replies")),
        sa.UniqueConstraint("sid", name=op.f("uq_replies_sid")),
    )
    op.create_index("ix_replies_sender", "replies", ["sender"])
