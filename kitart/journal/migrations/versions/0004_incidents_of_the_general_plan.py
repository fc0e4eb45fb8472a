"""Incidents of the general plan: affected projects instead of a system"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("incidents", sa.Column("projects", sa.JSON(), nullable=True))
    op.add_column("incidents", sa.Column("customer_care", sa.String(), nullable=True))
