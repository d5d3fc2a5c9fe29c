"""Taps that were already answered."""

import sqlalchemy as sa
from alembic import op

revision = "0010_desk"
down_revision = "0009_notes"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "receipts",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_receipts")),
    )


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("receipts")
