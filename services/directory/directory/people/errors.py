"""Everything that can go wrong with people and their accounts."""

from assay_kit.problems import Barred, Conflict, NotFound


class PersonNotFound(NotFound):
    slug, title = "person-not-found", "No such person"

    def __init__(self) -> None:
        super().__init__("There is no such person here.")


class EmailTaken(Conflict):
    slug, title = "email-taken", "Somebody has this email address"

    def __init__(self) -> None:
        super().__init__("There is an account with this email address already.")


class RolesBarred(Barred):
    slug, title = "roles-barred", "A person cannot hold these roles"


class PasswordRefused(Barred):
    slug, title = "password-refused", "Choose another password"


class LinkNotValid(Conflict):
    slug, title = "link-not-valid", "This link does not work any more"

    def __init__(self) -> None:
        super().__init__("The link has been used or has expired. Ask for a new one.")


class NotYourself(Conflict):
    slug, title = "not-yourself", "Somebody else must do this"

    def __init__(self) -> None:
        super().__init__("Nobody changes their own roles or closes their own account.")


class LastOne(Conflict):
    slug, title = "last-one", "Nobody would be left"

    def __init__(self, role: str) -> None:
        super().__init__(f"This is the last active person with the role {role}.", role=role)
