"""Messages, replies, calls to make, and what people asked for about them."""

import sqlalchemy as sa
from alembic import op

revision = "0012_outreach"
down_revision = "0011_library"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "number_states",
        sa.Column("lookup", sa.String(), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unreachable_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error_code", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("lookup", name=op.f("pk_number_states")),
    )
    op.create_table(
        "habits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.BigInteger(), nullable=True),
        sa.Column("days_before", sa.Integer(), nullable=True),
        sa.Column("at", sa.Time(), nullable=True),
        sa.Column("reminders", sa.Boolean(), nullable=True),
        sa.Column("nudges", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["centre_id"], ["centres.id"], name=op.f("fk_habits_centre_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_habits_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_habits")),
        sa.UniqueConstraint("centre_id", "participant_id", name=op.f("uq_habits_centre_id_participant_id")),
        sa.UniqueConstraint("participant_id", name=op.f("uq_habits_participant_id")),
    )
    op.create_table(
        "own_words",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("participant_id", sa.BigInteger(), nullable=False),
        sa.Column("why_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("hard_week_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("may_quote", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_own_words_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_own_words")),
        sa.UniqueConstraint("participant_id", name=op.f("uq_own_words_participant_id")),
    )
    op.create_table(
        "call_tasks",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("participant_id", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("meeting_id", sa.Integer(), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "outcome IS NULL OR outcome IN ("
            "'reached_comes', 'reached_cannot', 'reached_other', 'no_answer', 'wrong_number', 'not_needed')",
            name=op.f("ck_call_tasks_outcome_word"),
        ),
        sa.CheckConstraint(
            "reason IN ("
            "'missed', 'asked_to_call', 'not_delivered', 'two_misses', 'welcome_back', 'own')",
            name=op.f("ck_call_tasks_reason_word"),
        ),
        sa.ForeignKeyConstraint(["done_by_id"], ["staff.id"], name=op.f("fk_call_tasks_done_by_id")),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_call_tasks_group_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_call_tasks_meeting_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_call_tasks_participant_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_call_tasks_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_tasks")),
        sa.UniqueConstraint("key", name=op.f("uq_call_tasks_key")),
    )
    op.create_index(op.f("ix_call_tasks_group_id"), "call_tasks", ["group_id"], unique=False)
    op.create_index(op.f("ix_call_tasks_participant_id"), "call_tasks", ["participant_id"], unique=False)
    op.create_index(op.f("ix_call_tasks_done_at_due_on"), "call_tasks", ["done_at", "due_on"], unique=False)
    op.create_table(
        "messages",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("meeting_id", sa.Integer(), nullable=True),
        sa.Column("participant_id", sa.BigInteger(), nullable=True),
        sa.Column("supporter_id", sa.BigInteger(), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("occasion", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("variant", sa.Integer(), nullable=False),
        sa.Column("question", sa.Boolean(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("to_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("to_lookup", sa.String(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("error_code", sa.Integer(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("attempted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sid", sa.String(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("channel IN ('text', 'call', 'letter')", name=op.f("ck_messages_channel_word")),
        sa.CheckConstraint(
            "occasion IN ("
            "'reminder', 'missed', 'make_up_offer', 'welcome_back', 'moved', 'cancelled', 'nudge', 'invitation', "
            "'pulse', 'ask_again', 'stopped', 'started', 'staff', 'own')",
            name=op.f("ck_messages_occasion_word"),
        ),
        sa.CheckConstraint(
            "state IN ("
            "'pending', 'sending', 'sent', 'delivered', 'undelivered', 'failed', 'expired', 'cancelled', 'unknown', "
            "'printed')",
            name=op.f("ck_messages_state_word"),
        ),
        sa.CheckConstraint(
            "(CASE WHEN participant_id IS NULL THEN 0 ELSE 1 END + CASE WHEN supporter_id IS NULL THEN 0 ELSE 1 END"
            " + CASE WHEN staff_id IS NULL THEN 0 ELSE 1 END) = 1",
            name=op.f("ck_messages_one_recipient"),
        ),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_messages_by_id")),
        sa.ForeignKeyConstraint(["centre_id"], ["centres.id"], name=op.f("fk_messages_centre_id")),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_messages_group_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_messages_meeting_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_messages_participant_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_messages_staff_id")),
        sa.ForeignKeyConstraint(["supporter_id"], ["supporters.id"], name=op.f("fk_messages_supporter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("key", name=op.f("uq_messages_key")),
        sa.UniqueConstraint("sid", name=op.f("uq_messages_sid")),
    )
    op.create_index(op.f("ix_messages_meeting_id"), "messages", ["meeting_id"], unique=False)
    op.create_index(op.f("ix_messages_participant_id_occasion"), "messages", ["participant_id", "occasion"], unique=False)
    op.create_index(op.f("ix_messages_state_due_at"), "messages", ["state", "due_at"], unique=False)
    op.create_index(op.f("ix_messages_to_lookup_sent_at"), "messages", ["to_lookup", "sent_at"], unique=False)
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("sid", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("error_code", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_deliveries_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("sid", "status", name=op.f("uq_deliveries_sid_status")),
    )
    op.create_index(op.f("ix_deliveries_message_id"), "deliveries", ["message_id"], unique=False)
    op.create_table(
        "replies",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sid", sa.String(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=True),
        sa.Column("from_number_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("from_lookup", sa.String(), nullable=False),
        sa.Column("participant_id", sa.BigInteger(), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("meaning", sa.String(), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("needs_reading", sa.Boolean(), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handled_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("meaning IN ('come', 'cannot', 'call_me', 'stop', 'start', 'words')", name=op.f("ck_replies_meaning_word")),
        sa.ForeignKeyConstraint(["centre_id"], ["centres.id"], name=op.f("fk_replies_centre_id")),
        sa.ForeignKeyConstraint(["handled_by_id"], ["staff.id"], name=op.f("fk_replies_handled_by_id")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_replies_message_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_replies_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replies")),
        sa.UniqueConstraint("sid", name=op.f("uq_replies_sid")),
    )
    op.create_index(op.f("ix_replies_centre_id_handled_at"), "replies", ["centre_id", "handled_at"], unique=False)
    op.create_index(op.f("ix_replies_from_lookup"), "replies", ["from_lookup"], unique=False)
    op.create_index(op.f("ix_replies_message_id"), "replies", ["message_id"], unique=False)
    op.create_index(op.f("ix_replies_participant_id"), "replies", ["participant_id"], unique=False)
    op.create_table(
        "offered_slots",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("at_time", sa.Time(), nullable=False),
        sa.Column("picked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_offered_slots_meeting_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_offered_slots_participant_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_offered_slots_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offered_slots")),
        sa.UniqueConstraint("meeting_id", "participant_id", "number", name=op.f("uq_offered_slots_meeting_id_participant_id_number")),
    )
    op.create_index(op.f("ix_offered_slots_on_day"), "offered_slots", ["on_day"], unique=False)
    op.create_index(op.f("ix_offered_slots_participant_id"), "offered_slots", ["participant_id"], unique=False)


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("offered_slots")
    op.drop_table("replies")
    op.drop_table("deliveries")
    op.drop_table("messages")
    op.drop_table("call_tasks")
    op.drop_table("own_words")
    op.drop_table("habits")
    op.drop_table("number_states")
