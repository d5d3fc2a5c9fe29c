"""Participants, supporters, consents and hospital stays."""

import sqlalchemy as sa
from alembic import op

revision = "0003_people"
down_revision = "0002_staff"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "participants",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_lookup", sa.String(), nullable=True),
        sa.Column("address_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("large_print", sa.Boolean(), nullable=False),
        sa.Column("shared_phone", sa.Boolean(), nullable=False),
        sa.Column("reach_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("channel IN ('text', 'call', 'letter', 'none')", name=op.f("ck_participants_channel_word")),
        sa.ForeignKeyConstraint(["centre_id"], ["centres.id"], name=op.f("fk_participants_centre_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participants")),
        sa.UniqueConstraint("code", name=op.f("uq_participants_code")),
    )
    op.create_index(op.f("ix_participants_centre_id"), "participants", ["centre_id"], unique=False)
    op.create_index(op.f("ix_participants_phone_lookup"), "participants", ["phone_lookup"], unique=False)
    op.create_table(
        "intake_tasks",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("participant_id", sa.BigInteger(), nullable=False),
        sa.Column("task", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("outcome IN ('done', 'not_now')", name=op.f("ck_intake_tasks_outcome_word")),
        sa.CheckConstraint(
            "task IN ('orientation', 'strengths', 'goal', 'supporter', 'consents', 'language', 'reach', 'module_one')",
            name=op.f("ck_intake_tasks_task_word"),
        ),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_intake_tasks_by_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_intake_tasks_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_tasks")),
        sa.UniqueConstraint("participant_id", "task", name=op.f("uq_intake_tasks_participant_id_task")),
    )
    op.create_table(
        "supporters",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("participant_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("relation", sa.String(), nullable=False),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("may_know_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("consented_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_supporters_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supporters")),
        sa.UniqueConstraint("code", name=op.f("uq_supporters_code")),
    )
    op.create_index(op.f("ix_supporters_participant_id"), "supporters", ["participant_id"], unique=False)
    op.create_table(
        "supporter_contacts",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("supporter_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("about_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('phone', 'meeting', 'text', 'letter', 'visit', 'other')", name=op.f("ck_supporter_contacts_kind_word")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_supporter_contacts_by_id")),
        sa.ForeignKeyConstraint(["supporter_id"], ["supporters.id"], name=op.f("fk_supporter_contacts_supporter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supporter_contacts")),
    )
    op.create_index(op.f("ix_supporter_contacts_contact_on"), "supporter_contacts", ["contact_on"], unique=False)
    op.create_index(op.f("ix_supporter_contacts_supporter_id"), "supporter_contacts", ["supporter_id"], unique=False)
    op.create_table(
        "consents",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("participant_id", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("what IN ('messages', 'assessor_interview', 'research')", name=op.f("ck_consents_what_word")),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_consents_by_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_consents_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )
    op.create_index(op.f("ix_consents_participant_id"), "consents", ["participant_id"], unique=False)
    op.create_table(
        "hospital_stays",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.BigInteger(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_hospital_stays_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hospital_stays")),
        sa.UniqueConstraint("participant_id", "from_on", name=op.f("uq_hospital_stays_participant_id_from_on")),
    )


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("hospital_stays")
    op.drop_table("consents")
    op.drop_table("supporter_contacts")
    op.drop_table("supporters")
    op.drop_table("intake_tasks")
    op.drop_table("participants")
