"""Everything that can go wrong with an API client."""

from assay_kit.problems import Barred, Conflict, NotFound


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


class ClientBarred(Barred):
    slug, title = "client-barred", "This cannot be done with the API client"
