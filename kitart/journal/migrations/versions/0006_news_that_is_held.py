"""News that is held until its time, and the message that it went into"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kitart.journal import columns

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("messages", sa.Column("hold_until", columns.UtcDateTime(), nullable=True))
    op.add_column("messages", sa.Column("headline", sa.Text(), nullable=True))
    op.add_column("messages", sa.Column("told_in", sa.String(), nullable=True))
    op.create_index("ix_messages_recipient", "messages", ["recipient"])
    op.create_index("ix_messages_hold_until", "messages", ["hold_until"])
