"""Goals, small steps and follow-ups."""

import sqlalchemy as sa
from alembic import op

revision = "0007_goals"
down_revision = "0006_attendance"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "goals",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.BigInteger(), nullable=False),
        sa.Column("set_on", sa.Date(), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("follows_id", sa.BigInteger(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("state IN ('active', 'reached', 'changed', 'dropped')", name=op.f("ck_goals_state_word")),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_goals_by_id")),
        sa.ForeignKeyConstraint(["follows_id"], ["goals.id"], name=op.f("fk_goals_follows_id")),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_goals_group_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_goals_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goals")),
        sa.UniqueConstraint("code", name=op.f("uq_goals_code")),
    )
    op.create_index(op.f("ix_goals_group_id"), "goals", ["group_id"], unique=False)
    op.create_index(op.f("ix_goals_participant_id"), "goals", ["participant_id"], unique=False)
    op.create_table(
        "steps",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("goal_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("supporter_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["goal_id"], ["goals.id"], name=op.f("fk_steps_goal_id")),
        sa.ForeignKeyConstraint(["supporter_id"], ["supporters.id"], name=op.f("fk_steps_supporter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_steps")),
        sa.UniqueConstraint("goal_id", "number", name=op.f("uq_steps_goal_id_number")),
    )
    op.create_table(
        "follow_ups",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("goal_id", sa.BigInteger(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("progress", sa.String(), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("progress IN ('kept', 'partly', 'not_yet', 'changed')", name=op.f("ck_follow_ups_progress_word")),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_follow_ups_by_id")),
        sa.ForeignKeyConstraint(["goal_id"], ["goals.id"], name=op.f("fk_follow_ups_goal_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_follow_ups_meeting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_ups")),
        sa.UniqueConstraint("goal_id", "meeting_id", name=op.f("uq_follow_ups_goal_id_meeting_id")),
    )
    op.create_index(op.f("ix_follow_ups_meeting_id"), "follow_ups", ["meeting_id"], unique=False)


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("follow_ups")
    op.drop_table("steps")
    op.drop_table("goals")
