"""Fidelity reviews: who rates them, ratings, consensus, reports and advice."""

import sqlalchemy as sa
from alembic import op

revision = "0014_reviews"
down_revision = "0012_outreach"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "reviews",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("due_chosen", sa.Boolean(), nullable=False),
        sa.Column("extended_until_on", sa.Date(), nullable=True),
        sa.Column("extended_reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("called_off_reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("instrument", sa.String(), nullable=False),
        sa.Column("instrument_version", sa.String(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('midway', 'final')", name=op.f("ck_reviews_kind_word")),
        sa.CheckConstraint(
            "state IN ('planned', 'rating', 'consensus', 'report', 'final', 'closed', 'called_off')",
            name=op.f("ck_reviews_state_word"),
        ),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_reviews_group_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
        sa.UniqueConstraint("group_id", "kind", name=op.f("uq_reviews_group_id_kind")),
    )
    op.create_index(op.f("ix_reviews_due_on"), "reviews", ["due_on"], unique=False)
    op.create_table(
        "consensus",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("review_id", sa.BigInteger(), nullable=False),
        sa.Column("item", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("score IS NULL OR score BETWEEN 1 AND 5", name=op.f("ck_consensus_score_range")),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_consensus_by_id")),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name=op.f("fk_consensus_review_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consensus")),
        sa.UniqueConstraint("review_id", "item", name=op.f("uq_consensus_review_id_item")),
    )
    op.create_table(
        "ratings",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("review_id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("not_rated_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("justification_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("pinned_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("score IS NULL OR score BETWEEN 1 AND 5", name=op.f("ck_ratings_score_range")),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name=op.f("fk_ratings_review_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_ratings_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ratings")),
        sa.UniqueConstraint("review_id", "staff_id", "item", name=op.f("uq_ratings_review_id_staff_id_item")),
    )
    op.create_table(
        "recommendations",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("review_id", sa.BigInteger(), nullable=False),
        sa.Column("item", sa.Integer(), nullable=True),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("state_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state_by_id", sa.Integer(), nullable=True),
        sa.Column("outcome_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("nudged_on", sa.Date(), nullable=True),
        sa.Column("checked", sa.String(), nullable=True),
        sa.Column("checked_in_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "checked IS NULL OR checked IN ('followed', 'partly', 'not_followed')",
            name=op.f("ck_recommendations_checked_word"),
        ),
        sa.CheckConstraint("state IN ('open', 'done', 'dropped')", name=op.f("ck_recommendations_state_word")),
        sa.ForeignKeyConstraint(["checked_in_id"], ["reviews.id"], name=op.f("fk_recommendations_checked_in_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["staff.id"], name=op.f("fk_recommendations_owner_id")),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name=op.f("fk_recommendations_review_id")),
        sa.ForeignKeyConstraint(["state_by_id"], ["staff.id"], name=op.f("fk_recommendations_state_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recommendations")),
    )
    op.create_index(op.f("ix_recommendations_review_id"), "recommendations", ["review_id"], unique=False)
    op.create_table(
        "reports",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("review_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("data_on", sa.Date(), nullable=False),
        sa.Column("bands", sa.String(), nullable=False),
        sa.Column("sections_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("sources", sa.String(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer_due_on", sa.Date(), nullable=True),
        sa.Column("answer_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("final_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('draft', 'with_leaders', 'final')", name=op.f("ck_reports_state_word")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["staff.id"], name=op.f("fk_reports_answered_by_id")),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name=op.f("fk_reports_review_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
        sa.UniqueConstraint("review_id", name=op.f("uq_reports_review_id")),
    )
    op.create_table(
        "review_assessors",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("review_id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("assigned_by_id", sa.Integer(), nullable=True),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("unassigned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unassigned_reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("interviewing", sa.Boolean(), nullable=False),
        sa.Column("rated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["assigned_by_id"], ["staff.id"], name=op.f("fk_review_assessors_assigned_by_id")),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name=op.f("fk_review_assessors_review_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_review_assessors_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_assessors")),
        sa.UniqueConstraint("review_id", "staff_id", name=op.f("uq_review_assessors_review_id_staff_id")),
    )
    op.create_index(op.f("ix_review_assessors_staff_id"), "review_assessors", ["staff_id"], unique=False)
    op.create_table(
        "report_signatures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_report_signatures_report_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_report_signatures_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_signatures")),
        sa.UniqueConstraint("report_id", "staff_id", name=op.f("uq_report_signatures_report_id_staff_id")),
    )


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("report_signatures")
    op.drop_table("review_assessors")
    op.drop_table("reports")
    op.drop_table("recommendations")
    op.drop_table("ratings")
    op.drop_table("consensus")
    op.drop_table("reviews")
