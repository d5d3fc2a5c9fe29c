"""Those close to somebody are found quickly where they help."""

from alembic import op

revision = "0021_helpers"
down_revision = "0020_heard"


def upgrade() -> None:
    """Index the steps and the homework that somebody close helps with."""
    op.create_index("ix_steps_supporter_id", "steps", ["supporter_id"])
    op.create_index("ix_assignments_supporter_id", "assignments", ["supporter_id"])


def downgrade() -> None:
    """Take the indexes away."""
    op.drop_index("ix_assignments_supporter_id", "assignments")
    op.drop_index("ix_steps_supporter_id", "steps")
