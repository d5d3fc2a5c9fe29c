"""The register, apologies and make-ups."""

import sqlalchemy as sa
from alembic import op

revision = "0006_attendance"
down_revision = "0005_enrolment"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "marks",
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("marked_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "state IN ('not_recorded', 'present', 'late', 'left_early', 'excused', 'absent', 'hospital')", name=op.f("ck_marks_state_word")
        ),
        sa.ForeignKeyConstraint(["marked_by_id"], ["staff.id"], name=op.f("fk_marks_marked_by_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_marks_meeting_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_marks_participant_id")),
        sa.PrimaryKeyConstraint("meeting_id", "participant_id", name=op.f("pk_marks")),
    )
    op.create_index(op.f("ix_marks_participant_id"), "marks", ["participant_id"], unique=False)
    op.create_table(
        "apologies",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.BigInteger(), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_apologies_by_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_apologies_meeting_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_apologies_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_apologies")),
        sa.UniqueConstraint("meeting_id", "participant_id", name=op.f("uq_apologies_meeting_id_participant_id")),
    )
    op.create_index(op.f("ix_apologies_participant_id"), "apologies", ["participant_id"], unique=False)
    op.create_table(
        "make_ups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.BigInteger(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("leader_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("kind IN ('ward', 'one_to_one', 'other_group')", name=op.f("ck_make_ups_kind_word")),
        sa.ForeignKeyConstraint(["leader_id"], ["staff.id"], name=op.f("fk_make_ups_leader_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_make_ups_meeting_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_make_ups_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_make_ups")),
        sa.UniqueConstraint("meeting_id", "participant_id", name=op.f("uq_make_ups_meeting_id_participant_id")),
    )
    op.create_index(op.f("ix_make_ups_participant_id"), "make_ups", ["participant_id"], unique=False)
    op.create_table(
        "leaders_present",
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_leaders_present_meeting_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_leaders_present_staff_id")),
        sa.PrimaryKeyConstraint("meeting_id", "staff_id", name=op.f("pk_leaders_present")),
    )


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("leaders_present")
    op.drop_table("make_ups")
    op.drop_table("apologies")
    op.drop_table("marks")
