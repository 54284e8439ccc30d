"""Who can sign in to the demonstration, for `assay up` to print."""

from dataclasses import dataclass

from assay_kit.settings import Settings, Span
from demonstration.facts import people, providers
from demonstration.passwords import password


@dataclass(frozen=True)
class SignIn:
    name: str
    role: str
    email: str
    password: str


def provider_email(name: str) -> str:
    """The address of a provider's administrator."""
    return f"admin@{name.lower().replace(' ', '-')}.example"


def sign_ins(settings: Settings) -> list[SignIn]:
    """The council's people, and one provider of each kind where there are providers."""
    secret = password(settings)
    council = [
        SignIn(person.name, ", ".join(person.roles).replace("_", " "), person.email, secret)
        for person in people().council
    ]
    if settings.demonstration is Span.PEOPLE:
        return council
    kinds = providers()
    some = [kinds.home_care[0], kinds.home_care[5], kinds.learning_disability[0], kinds.care_homes[0]]
    owners = [SignIn(f"{each.name} (invented)", "provider admin", provider_email(each.name), secret) for each in some]
    return council + owners
