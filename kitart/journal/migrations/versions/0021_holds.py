"""Until when a run drives an incident, apart from the incident's own row"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kitart.journal.columns import UtcDateTime

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "holds",
        sa.Column("incident", sa.String(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["incident"], ["incidents.number"], name=op.f("fk_holds_incident_incidents")
        ),
        sa.PrimaryKeyConstraint("incident", name=op.f("pk_holds")),
    )
    op.execute(
        "INSERT INTO holds (incident, fence, until) "
        "SELECT number, lease_fence, lease_until FROM incidents WHERE lease_until IS NOT NULL"
    )
    op.drop_column("incidents", "lease_until")
