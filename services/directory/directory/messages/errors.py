"""Everything that can go wrong with a message."""

from assay_kit.problems import NotFound


class MessageNotFound(NotFound):
    slug, title = "message-not-found", "No such message"

    def __init__(self) -> None:
        super().__init__("There is no such message here.")
