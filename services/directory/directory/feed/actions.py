"""What the directory does with every event it hears, its own included: number it for the outside, write the letters.

A request to write to somebody is no fact for the outside, and carries words meant for one person:
it is not in the feed.
"""

from sqlmodel import Session

from assay_contracts.messages import MessageRequested
from assay_kit.events import Envelope
from directory.messages.actions import Request, send

from .repository import Feed


def hear(session: Session, envelope: Envelope) -> None:
    if envelope.type != MessageRequested.TYPE:
        Feed(session).append(envelope)
        return
    asked = MessageRequested.model_validate(envelope.data)
    source = envelope.source.removeprefix("/")
    request = Request(reference=asked.reference, source=source, template=asked.template, words=asked.personalisation)
    send(request, asked.to, session, now=asked.at)
