"""When vital inputs are due, what became of each, and what arrived"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kitart.journal import columns

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "input_dues",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("input", sa.String(), nullable=False),
        sa.Column("due_at", columns.UtcDateTime(), nullable=False),
        sa.Column("counts_after", columns.UtcDateTime(), nullable=False),
        sa.Column("overdue_at", columns.UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("arrived_at", columns.UtcDateTime(), nullable=True),
        sa.Column("incident", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["incident"], ["incidents.number"], name=op.f("fk_input_dues_incident_incidents")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_input_dues")),
        sa.UniqueConstraint("input", "due_at", name=op.f("uq_input_dues_input_due_at")),
    )
    op.create_index("ix_input_dues_state", "input_dues", ["state"])
    op.create_index("ix_input_dues_incident", "input_dues", ["incident"])
    op.create_table(
        "input_arrivals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("input", sa.String(), nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("arrived_at", columns.UtcDateTime(), nullable=False),
        sa.Column("recorded_at", columns.UtcDateTime(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("by_role", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_input_arrivals")),
        sa.UniqueConstraint("input", "mark", name=op.f("uq_input_arrivals_input_mark")),
    )
