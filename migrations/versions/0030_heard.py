"""What participants answered, kept in a report as it stood on the day of its data."""

import sqlalchemy as sa
from alembic import op

revision = "0030_heard"
down_revision = "0017_voice"


def upgrade() -> None:
    """Empty in reports that were written before."""
    op.add_column("reports", sa.Column("heard", sa.String(), nullable=True))


def downgrade() -> None:
    """Drop it again."""
    op.drop_column("reports", "heard")
