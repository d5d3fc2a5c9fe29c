"""Who belongs to a group, and who waits."""

import sqlalchemy as sa
from alembic import op

revision = "0005_enrolment"
down_revision = "0004_groups"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "enrolments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.BigInteger(), nullable=False),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("left_reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_enrolments_group_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_enrolments_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolments")),
        sa.UniqueConstraint("group_id", "participant_id", "joined_on", name=op.f("uq_enrolments_group_id_participant_id_joined_on")),
    )
    op.create_index(op.f("ix_enrolments_participant_id"), "enrolments", ["participant_id"], unique=False)
    op.create_table(
        "waiting_places",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.BigInteger(), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("offered_on", sa.Date(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'offered', 'accepted', 'declined')", name=op.f("ck_waiting_places_state_word")),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_waiting_places_group_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_waiting_places_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_places")),
        sa.UniqueConstraint("group_id", "participant_id", name=op.f("uq_waiting_places_group_id_participant_id")),
    )
    op.create_index(op.f("ix_waiting_places_participant_id"), "waiting_places", ["participant_id"], unique=False)


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("waiting_places")
    op.drop_table("enrolments")
