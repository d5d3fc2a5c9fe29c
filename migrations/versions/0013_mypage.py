"""Cards, own pages, filled-in worksheets, calendar feeds, and what people say of homework and steps by themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0013_mypage"
down_revision = "0012_outreach"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "cards",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("participant_id", sa.BigInteger(), nullable=False),
        sa.Column("lookup", sa.String(), nullable=False),
        sa.Column("number_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("code_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("used_on", sa.Date(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_cards_by_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_cards_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cards")),
        sa.UniqueConstraint("lookup", name=op.f("uq_cards_lookup")),
    )
    op.create_index(op.f("ix_cards_participant_id"), "cards", ["participant_id"], unique=False)
    op.create_table(
        "filled_sheets",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("participant_id", sa.BigInteger(), nullable=False),
        sa.Column("worksheet", sa.String(), nullable=False),
        sa.Column("edition", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("answers_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_filled_sheets_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filled_sheets")),
        sa.UniqueConstraint("participant_id", "worksheet", "edition", name=op.f("uq_filled_sheets_participant_id_worksheet_edition")),
    )
    op.create_table(
        "own_sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("card_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["card_id"], ["cards.id"], name=op.f("fk_own_sessions_card_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_own_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_own_sessions_token_hash")),
    )
    op.create_index(op.f("ix_own_sessions_card_id"), "own_sessions", ["card_id"], unique=False)
    op.create_table(
        "calendar_feeds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("participant_id", sa.BigInteger(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(staff_id IS NULL) <> (participant_id IS NULL)", name=op.f("ck_calendar_feeds_one_owner")),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_calendar_feeds_participant_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_calendar_feeds_staff_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feeds")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_feeds_token_hash")),
    )
    op.create_index(op.f("ix_calendar_feeds_participant_id"), "calendar_feeds", ["participant_id"], unique=False)
    op.create_index(op.f("ix_calendar_feeds_staff_id"), "calendar_feeds", ["staff_id"], unique=False)
    # In one statement: SQLite adds no constraint to a table that is there, and to build it anew is refused where other rows refer to it.
    op.execute(
        "ALTER TABLE assignments ADD COLUMN said VARCHAR CONSTRAINT ck_assignments_said_word "
        "CHECK (said IS NULL OR said IN ('done', 'partly', 'not_yet'))"
    )
    op.add_column("assignments", sa.Column("said_on", sa.Date(), nullable=True))
    op.add_column("steps", sa.Column("said_on", sa.Date(), nullable=True))


def downgrade() -> None:
    """Drop them again."""
    op.drop_column("steps", "said_on")
    op.drop_column("assignments", "said_on")
    op.drop_column("assignments", "said")
    op.drop_table("calendar_feeds")
    op.drop_table("own_sessions")
    op.drop_table("filled_sheets")
    op.drop_table("cards")
