"""What was done at a meeting, and the notes two leaders sign."""

import sqlalchemy as sa
from alembic import op

revision = "0009_notes"
down_revision = "0008_homework"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "steps_taken",
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_steps_taken_meeting_id")),
        sa.PrimaryKeyConstraint("meeting_id", "step", name=op.f("pk_steps_taken")),
    )
    op.create_table(
        "topics_taught",
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("module", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_topics_taught_meeting_id")),
        sa.PrimaryKeyConstraint("meeting_id", "position", name=op.f("pk_topics_taught")),
    )
    op.create_table(
        "handouts_given",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.BigInteger(), nullable=False),
        sa.Column("handout", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("medium", sa.String(), nullable=False),
        sa.CheckConstraint("medium IN ('paper', 'screen', 'text', 'letter')", name=op.f("ck_handouts_given_medium_word")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_handouts_given_meeting_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_handouts_given_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handouts_given")),
        sa.UniqueConstraint("meeting_id", "participant_id", "handout", name=op.f("uq_handouts_given_meeting_id_participant_id_handout")),
    )
    op.create_index(op.f("ix_handouts_given_participant_id"), "handouts_given", ["participant_id"], unique=False)
    op.create_table(
        "techniques_used",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("technique", sa.String(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_techniques_used_meeting_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_techniques_used_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_techniques_used")),
        sa.UniqueConstraint("meeting_id", "technique", "staff_id", name=op.f("uq_techniques_used_meeting_id_technique_staff_id")),
    )
    op.create_index(op.f("ix_techniques_used_meeting_id"), "techniques_used", ["meeting_id"], unique=False)
    op.create_table(
        "meeting_notes",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.BigInteger(), nullable=True),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_meeting_notes_by_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_meeting_notes_meeting_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_meeting_notes_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_notes")),
        sa.UniqueConstraint("meeting_id", "participant_id", name=op.f("uq_meeting_notes_meeting_id_participant_id")),
    )
    op.create_index(op.f("ix_meeting_notes_participant_id"), "meeting_notes", ["participant_id"], unique=False)
    op.create_table(
        "signatures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("note_id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('signed', 'countersigned')", name=op.f("ck_signatures_kind_word")),
        sa.ForeignKeyConstraint(["note_id"], ["meeting_notes.id"], name=op.f("fk_signatures_note_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_signatures_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signatures")),
        sa.UniqueConstraint("note_id", "kind", name=op.f("uq_signatures_note_id_kind")),
        sa.UniqueConstraint("note_id", "staff_id", name=op.f("uq_signatures_note_id_staff_id")),
    )
    op.create_table(
        "amendments",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("note_id", sa.BigInteger(), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("amended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_amendments_by_id")),
        sa.ForeignKeyConstraint(["note_id"], ["meeting_notes.id"], name=op.f("fk_amendments_note_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_amendments")),
    )
    op.create_index(op.f("ix_amendments_note_id"), "amendments", ["note_id"], unique=False)


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("amendments")
    op.drop_table("signatures")
    op.drop_table("meeting_notes")
    op.drop_table("techniques_used")
    op.drop_table("handouts_given")
    op.drop_table("topics_taught")
    op.drop_table("steps_taken")
