"""Our looks at systems by the hour; where the watches stand"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kitart.journal import columns

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "health_hours",
        sa.Column("system_id", sa.String(), nullable=False),
        sa.Column("hour", columns.UtcDateTime(), nullable=False),
        sa.Column("up", sa.Integer(), nullable=False),
        sa.Column("down", sa.Integer(), nullable=False),
        sa.Column("unknown", sa.Integer(), nullable=False),
        sa.Column("latency_mean_s", sa.Double(), nullable=True),
        sa.Column("latency_most_s", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("system_id", "hour", name=op.f("pk_health_hours")),
    )
    op.create_table(
        "watch_marks",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("at", columns.UtcDateTime(), nullable=False),
        sa.Column("at_real", columns.UtcDateTime(), nullable=False),
        sa.Column("ok", sa.Boolean(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_watch_marks")),
    )
