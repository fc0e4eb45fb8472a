"""What tools say when, and how a post was written: for replays, and for old letters"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kitart.journal import columns

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("alerts", sa.Column("said_at", columns.UtcDateTime(), nullable=True))
    op.add_column("alerts", sa.Column("content_type", sa.String(), nullable=True))
