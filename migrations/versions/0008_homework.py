"""Homework agreed and reviewed."""

import sqlalchemy as sa
from alembic import op

revision = "0008_homework"
down_revision = "0007_goals"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "assignments",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.BigInteger(), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("choice", sa.String(), nullable=False),
        sa.Column("supporter_id", sa.BigInteger(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_assignments_by_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_assignments_meeting_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_assignments_participant_id")),
        sa.ForeignKeyConstraint(["supporter_id"], ["supporters.id"], name=op.f("fk_assignments_supporter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignments")),
        sa.UniqueConstraint("meeting_id", "participant_id", name=op.f("uq_assignments_meeting_id_participant_id")),
    )
    op.create_index(op.f("ix_assignments_participant_id"), "assignments", ["participant_id"], unique=False)
    op.create_table(
        "homework_reviews",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("assignment_id", sa.BigInteger(), nullable=False),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("obstacle_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("reviewed_meeting_id", sa.Integer(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("result IN ('done', 'partly', 'not_done', 'not_applicable')", name=op.f("ck_homework_reviews_result_word")),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"], name=op.f("fk_homework_reviews_assignment_id")),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_homework_reviews_by_id")),
        sa.ForeignKeyConstraint(["reviewed_meeting_id"], ["meetings.id"], name=op.f("fk_homework_reviews_reviewed_meeting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_homework_reviews")),
        sa.UniqueConstraint("assignment_id", name=op.f("uq_homework_reviews_assignment_id")),
    )


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("homework_reviews")
    op.drop_table("assignments")
