"""The stages of a message, and who reads a letter whole that lets its holder in. Pure."""

from enum import StrEnum


class MessageStatus(StrEnum):
    KEPT = "kept"
    """Written and kept on the outbox page, where its recipient and administrators read it."""
    UNDELIVERABLE = "undeliverable"
    """Nobody answers to the recipient that was named."""
    FAILED = "failed"
    """It could not be written: no such template, or a word missing. The reason is kept with it."""


def status_of(*, is_written: bool, has_address: bool) -> MessageStatus:
    if not is_written:
        return MessageStatus.FAILED
    return MessageStatus.KEPT if has_address else MessageStatus.UNDELIVERABLE


PASSWORD_RESET = "password_reset"  # noqa: S105 - the name of a letter
INVITATION = "invitation"


def shows_link(template: str, *, is_demonstration: bool, is_asker: bool, is_recipient: bool) -> bool:
    """Whether a reader is shown the link of a letter that has one.

    Who is signed in needs no link to their own account: whoever reads a reset there has a stolen token. A
    demonstration has nobody to deliver letters, and no account worth stealing.
    """
    if is_demonstration:
        return True
    return template == INVITATION and (is_asker or is_recipient)
