"""A salted digest of what an entry says, so that it can be erased and the chain holds"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kitart.journal import columns

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Entries that are there keep the form in which they were hashed: 1.
    op.add_column("timeline", sa.Column("form", sa.Integer(), server_default="1", nullable=False))
    op.add_column("timeline", sa.Column("salt", sa.String(), nullable=True))
    op.add_column("timeline", sa.Column("content", sa.String(), nullable=True))
    op.add_column("timeline", sa.Column("erased_at", columns.UtcDateTime(), nullable=True))
