"""The only writers of messages, replies, calls to make and what people asked for about them, one file a subject."""

from imrgroups.outreach.actions.outbox import Draft, ask_to_call, own_words, queue, words_of

__all__ = ["Draft", "ask_to_call", "own_words", "queue", "words_of"]
