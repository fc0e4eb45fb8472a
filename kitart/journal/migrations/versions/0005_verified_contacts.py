"""When each contact last answered a test"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kitart.journal import columns

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "verified_contacts",
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("verified_at", columns.UtcDateTime(), nullable=False),
        sa.Column("incident", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident"],
            ["incidents.number"],
            name=op.f("fk_verified_contacts_incident"),
        ),
        sa.PrimaryKeyConstraint("person", "kind", "address", name=op.f("pk_verified_contacts")),
    )
