"""How far each incident's timeline was told to Prefect as events"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "told_events",
        sa.Column("incident", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident"], ["incidents.number"], name=op.f("fk_told_events_incident")
        ),
        sa.PrimaryKeyConstraint("incident", name=op.f("pk_told_events")),
    )
    # What happened before is no news: nobody's automations act on an old journal's past.
    op.execute("INSERT INTO told_events (incident, seq) SELECT number, entries FROM incidents")
