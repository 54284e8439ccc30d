"""The stages of a message. Pure."""

from enum import StrEnum


class MessageStatus(StrEnum):
    KEPT = "kept"
    """Written and kept on the outbox page, where its recipient and administrators read it."""
    UNDELIVERABLE = "undeliverable"
    """Nobody answers to the recipient that was named."""
    FAILED = "failed"
    """It could not be written: no such template, or a word missing. The reason is kept with it."""
