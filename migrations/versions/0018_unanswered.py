"""Calls to the carrier whose answer was lost are counted, apart from senders that were killed."""

import sqlalchemy as sa
from alembic import op

revision = "0018_unanswered"
down_revision = "0017_voice"


def upgrade() -> None:
    """Add the count."""
    op.add_column("messages", sa.Column("unanswered", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    """Drop it again."""
    op.drop_column("messages", "unanswered")
