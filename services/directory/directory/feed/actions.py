"""What the directory does with every event it hears, its own included: number it for the outside, write the letters.

A request to the directory itself is no fact for the outside, and is not in the feed: to write to somebody carries
words meant for one person, to open what was sealed says who tendered.
"""

from sqlmodel import Session

from assay_contracts.messages import MessageRequested
from assay_contracts.seals import SealOpened
from assay_kit.events import Envelope
from directory.evidence.actions import open_seal
from directory.messages.actions import Request, send

from .repository import Feed


def hear(session: Session, envelope: Envelope) -> None:
    source = envelope.source.removeprefix("/")
    match envelope.type:
        case MessageRequested.TYPE:
            _write(session, MessageRequested.model_validate(envelope.data), source=source)
        case SealOpened.TYPE:
            open_seal(session, SealOpened.model_validate(envelope.data), service=source)
        case _:
            Feed(session).append(envelope)


def _write(session: Session, asked: MessageRequested, *, source: str) -> None:
    request = Request(reference=asked.reference, source=source, template=asked.template, words=asked.personalisation)
    send(request, asked.to, session, now=asked.at)
