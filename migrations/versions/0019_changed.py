"""A call may be about a meeting that was changed, or go to somebody close to a person who said yes to it."""

import sqlalchemy as sa
from alembic import op

revision = "0019_changed"
down_revision = "0018_unanswered"

BEFORE = ("missed", "asked_to_call", "not_delivered", "two_misses", "welcome_back", "own")


def _words(words: tuple[str, ...]) -> str:
    listed = ", ".join(f"'{word}'" for word in words)
    return f"reason IN ({listed})"


def upgrade() -> None:
    """Add the words, and whom the call goes to."""
    with op.batch_alter_table("call_tasks") as table:
        table.add_column(sa.Column("supporter_id", sa.BigInteger(), nullable=True))
        table.create_foreign_key(op.f("fk_call_tasks_supporter_id"), "supporters", ["supporter_id"], ["id"])
        table.drop_constraint(op.f("ck_call_tasks_reason_word"), type_="check")
        table.create_check_constraint(op.f("ck_call_tasks_reason_word"), _words((*BEFORE, "changed", "supporter")))


def downgrade() -> None:
    """Take them away; such calls become ones a leader asked for."""
    op.execute("UPDATE call_tasks SET reason = 'own' WHERE reason IN ('changed', 'supporter')")
    with op.batch_alter_table("call_tasks") as table:
        table.drop_constraint(op.f("ck_call_tasks_reason_word"), type_="check")
        table.create_check_constraint(op.f("ck_call_tasks_reason_word"), _words(BEFORE))
        table.drop_constraint(op.f("fk_call_tasks_supporter_id"), type_="foreignkey")
        table.drop_column("supporter_id")
