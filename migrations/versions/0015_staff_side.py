"""Training days, supervision and meetings of staff."""

import sqlalchemy as sa
from alembic import op

revision = "0015_staff_side"
down_revision = "0014_reviews"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "trainings",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("attended_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("led_by", sa.String(), nullable=False),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('training', 'follow_up', 'refresher', 'supervision', 'network', 'leadership', 'fidelity', 'certification')",
            name=op.f("ck_trainings_kind_word"),
        ),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_trainings_by_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_trainings_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trainings")),
        sa.UniqueConstraint("staff_id", "attended_on", "kind", name=op.f("uq_trainings_staff_id_attended_on_kind")),
    )


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("trainings")
