"""Whom a section may be handed to: the directory says who somebody is, and whose."""

from assay_contracts.directory.client import Directory
from assay_kit.identity import Principal
from assay_kit.problems import Conflict


class NotAColleague(Conflict):
    slug, title = "not-a-colleague", "That is not one of your people"

    def __init__(self) -> None:
        super().__init__("Name somebody of your own organisation whose account is open.")


class Colleagues:
    """`directory` is None where there is none to ask: then nobody has a colleague."""

    def __init__(self, directory: Directory | None) -> None:
        self._directory = directory

    def name_of(self, subject: str, *, by: Principal) -> str:
        """The name of somebody of the caller's own organisation, or of the caller; NotAColleague of anybody else."""
        if subject == by.subject:
            return by.name
        found = self._directory.person(subject) if self._directory else None
        if found is None or not found.is_active or found.provider_id != by.org:
            raise NotAColleague
        return found.name
