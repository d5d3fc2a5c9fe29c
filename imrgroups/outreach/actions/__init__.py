"""The only writers of messages, replies, calls to make and what people asked for about them, one file a subject."""

from imrgroups.outreach.actions.gates import moved_key, quiet_hours, reminder_key
from imrgroups.outreach.actions.outbox import Draft, ask_to_call, own_words, queue, words_of
from imrgroups.outreach.actions.replies import news, poll, read, receive, receive_key
from imrgroups.outreach.actions.sending import expire, reconcile, send_due

__all__ = [
    "Draft", "ask_to_call", "expire", "moved_key", "news", "own_words", "poll", "queue", "quiet_hours", "read", "receive", "receive_key",
    "reconcile", "reminder_key", "send_due", "words_of",
]
