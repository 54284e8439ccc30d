"""Everything that can go wrong with an API client."""

from collections.abc import Sequence

from assay_kit.problems import Conflict, NotFound

from .rules import ClientBar


class ClientNotFound(NotFound):
    slug, title = "client-not-found", "No such API client"

    def __init__(self) -> None:
        super().__init__("There is no such API client.")


class SecretNotFound(NotFound):
    slug, title = "secret-not-found", "No such secret"

    def __init__(self) -> None:
        super().__init__("The client has no such secret.")


class NameTaken(Conflict):
    slug, title = "name-taken", "There is an API client of this name"

    def __init__(self) -> None:
        super().__init__("There is an API client of this name already.")


class ClientBarred(Conflict):
    slug, title = "client-barred", "This cannot be done with the API client"

    def __init__(self, bars: Sequence[ClientBar]) -> None:
        super().__init__("; ".join(bars) + ".", bars=[bar.name for bar in bars])
