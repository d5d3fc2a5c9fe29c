"""The audit chain of each centre, and who looked at whom."""

import sqlalchemy as sa
from alembic import op

revision = "0001_trust"
down_revision = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("mac", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
        sa.UniqueConstraint("centre_id", "number", name=op.f("uq_audit_entries_centre_id_number")),
    )
    op.create_index(op.f("ix_audit_entries_subject"), "audit_entries", ["subject"], unique=False)
    op.create_table(
        "audit_heads",
        sa.Column("centre_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("mac", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("centre_id", name=op.f("pk_audit_heads")),
    )
    op.create_table(
        "access_reasons",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_reasons")),
    )
    op.create_index(op.f("ix_access_reasons_group_id_staff_id"), "access_reasons", ["group_id", "staff_id"], unique=False)
    op.create_table(
        "access_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.BigInteger(), nullable=False),
        sa.Column("page", sa.String(), nullable=False),
        sa.Column("reason_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["reason_id"], ["access_reasons.id"], name=op.f("fk_access_entries_reason_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_entries")),
    )
    op.create_index(op.f("ix_access_entries_participant_id"), "access_entries", ["participant_id"], unique=False)


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("access_entries")
    op.drop_table("access_reasons")
    op.drop_table("audit_heads")
    op.drop_table("audit_entries")
