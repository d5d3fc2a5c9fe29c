"""The assessor's day, who is asked for an interview, and answers of participants."""

import sqlalchemy as sa
from alembic import op

revision = "0017_voice"
down_revision = "0016_binder"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "answer_sheets",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.BigInteger(), nullable=True),
        sa.Column("instrument", sa.String(), nullable=False),
        sa.Column("instrument_version", sa.String(), nullable=False),
        sa.Column("occasion", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("channel IN ('text', 'paper', 'page')", name=op.f("ck_answer_sheets_channel_word")),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_answer_sheets_by_id")),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_answer_sheets_group_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_answer_sheets_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_sheets")),
        sa.UniqueConstraint("key", name=op.f("uq_answer_sheets_key")),
    )
    op.create_index(op.f("ix_answer_sheets_group_id_occasion"), "answer_sheets", ["group_id", "occasion"], unique=False)
    op.create_index(op.f("ix_answer_sheets_participant_id"), "answer_sheets", ["participant_id"], unique=False)
    op.create_table(
        "answers",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sheet_id", sa.BigInteger(), nullable=False),
        sa.Column("question", sa.Integer(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["sheet_id"], ["answer_sheets.id"], name=op.f("fk_answers_sheet_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answers")),
        sa.UniqueConstraint("sheet_id", "question", name=op.f("uq_answers_sheet_id_question")),
    )
    op.create_table(
        "day_tasks",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("review_id", sa.BigInteger(), nullable=False),
        sa.Column("task", sa.String(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_day_tasks_by_id")),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name=op.f("fk_day_tasks_review_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_day_tasks")),
        sa.UniqueConstraint("review_id", "task", name=op.f("uq_day_tasks_review_id_task")),
    )
    op.create_table(
        "drawn_people",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("review_id", sa.BigInteger(), nullable=False),
        sa.Column("participant_id", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("low", sa.Boolean(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_drawn_people_by_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_drawn_people_participant_id")),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name=op.f("fk_drawn_people_review_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drawn_people")),
        sa.UniqueConstraint("review_id", "participant_id", name=op.f("uq_drawn_people_review_id_participant_id")),
        sa.UniqueConstraint("review_id", "place", name=op.f("uq_drawn_people_review_id_place")),
    )
    op.create_table(
        "interview_notes",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("review_id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("item", sa.Integer(), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name=op.f("fk_interview_notes_review_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_interview_notes_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interview_notes")),
        sa.UniqueConstraint(
            "review_id", "staff_id", "role", "number", "item",
            name=op.f("uq_interview_notes_review_id_staff_id_role_number_item"),
        ),
    )
    op.create_table(
        "observations",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("review_id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('step', 'technique', 'note')", name=op.f("ck_observations_kind_word")),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name=op.f("fk_observations_review_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_observations_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_observations")),
        sa.UniqueConstraint("review_id", "staff_id", "key", name=op.f("uq_observations_review_id_staff_id_key")),
    )


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("observations")
    op.drop_table("interview_notes")
    op.drop_table("drawn_people")
    op.drop_table("day_tasks")
    op.drop_table("answers")
    op.drop_table("answer_sheets")
