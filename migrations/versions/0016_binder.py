"""Binders: the evidence of a review, frozen; and how many people's data was deleted."""

import sqlalchemy as sa
from alembic import op

revision = "0016_binder"
down_revision = "0015_staff_side"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "binders",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("review_id", sa.BigInteger(), nullable=False),
        sa.Column("data_on", sa.Date(), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("frozen_by_id", sa.Integer(), nullable=True),
        sa.Column("instrument", sa.String(), nullable=False),
        sa.Column("instrument_version", sa.String(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("counts", sa.String(), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("called_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["closed_by_id"], ["staff.id"], name=op.f("fk_binders_closed_by_id")),
        sa.ForeignKeyConstraint(["frozen_by_id"], ["staff.id"], name=op.f("fk_binders_frozen_by_id")),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name=op.f("fk_binders_review_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_binders")),
        sa.UniqueConstraint("review_id", name=op.f("uq_binders_review_id")),
    )
    op.create_table(
        "deleted_people",
        sa.Column("group_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("newest_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("group_id", name=op.f("pk_deleted_people")),
    )


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("deleted_people")
    op.drop_table("binders")
