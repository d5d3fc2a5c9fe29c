"""A call may be about a meeting that was moved or cancelled."""

from alembic import op

revision = "0021_changed"
down_revision = "0020_unanswered"

BEFORE = ("missed", "asked_to_call", "not_delivered", "two_misses", "welcome_back", "own")


def _reasons(words: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{word}'" for word in words)
    with op.batch_alter_table("call_tasks") as table:
        table.drop_constraint(op.f("ck_call_tasks_reason_word"), type_="check")
        table.create_check_constraint(op.f("ck_call_tasks_reason_word"), f"reason IN ({listed})")


def upgrade() -> None:
    """Add the word."""
    _reasons((*BEFORE, "changed"))


def downgrade() -> None:
    """Take it away; such calls become ones a leader asked for."""
    op.execute("UPDATE call_tasks SET reason = 'own' WHERE reason = 'changed'")
    _reasons(BEFORE)
