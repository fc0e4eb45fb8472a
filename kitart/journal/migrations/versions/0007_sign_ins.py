"""Who signed in, by which link, until when"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kitart.journal import columns

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sign_ins",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("link_hash", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", columns.UtcDateTime(), nullable=False),
        sa.Column("link_until", columns.UtcDateTime(), nullable=False),
        sa.Column("used_at", columns.UtcDateTime(), nullable=True),
        sa.Column("cookie_hash", sa.String(), nullable=True),
        sa.Column("cookie_until", columns.UtcDateTime(), nullable=True),
        sa.Column("ended_at", columns.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_ins")),
        sa.UniqueConstraint("link_hash", name=op.f("uq_sign_ins_link_hash")),
        sa.UniqueConstraint("cookie_hash", name=op.f("uq_sign_ins_cookie_hash")),
    )
