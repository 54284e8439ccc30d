"""Everything that can go wrong with a provider or a claim."""

from assay_kit.problems import Barred, Conflict, NotFound


class ProviderNotFound(NotFound):
    slug, title = "provider-not-found", "No such provider"

    def __init__(self) -> None:
        super().__init__("There is no such provider here.")


class AlreadyRecorded(Conflict):
    slug, title = "already-recorded", "This provider is recorded already"

    def __init__(self) -> None:
        super().__init__(
            "A provider with this company number, charity number or CQC provider id is recorded already. "
            "If it is yours, claim it: the council will confirm with its registered contact."
        )


class AnswersRefused(Barred):
    slug, title = "answers-refused", "The answers contradict each other"


class ClaimNotFound(NotFound):
    slug, title = "claim-not-found", "No such claim"

    def __init__(self) -> None:
        super().__init__("There is no such claim here.")


class ClaimWithoutProvider(Conflict):
    slug, title = "claim-without-provider", "The claim names no provider that is recorded"

    def __init__(self) -> None:
        super().__init__("Name the provider that is claimed: what the claimant wrote matches none.")
