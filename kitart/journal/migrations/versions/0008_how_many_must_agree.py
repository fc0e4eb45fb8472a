"""How many must agree before a question is decided"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "approvals", sa.Column("quorum", sa.Integer(), server_default="1", nullable=False)
    )
