"""Who is asking, and what they may do. Rights are declared once: in the signature of the route.

A right is a person's role (`compliance_officer`) or a machine's scope (`bands:read`); a route names those of which any
one is enough. The declaration appears in the OpenAPI document as the operation's `security`, and from there in
`x-roles`.
"""

from dataclasses import dataclass, field
from typing import Annotated, Any
from uuid import UUID

from fastapi import Request, Security
from fastapi.security import HTTPBearer, SecurityScopes

from assay_kit.problems import NotAllowed, NotSignedIn
from assay_kit.tokens import Claims

BEARER = HTTPBearer(auto_error=False, scheme_name="bearer", bearerFormat="JWT")


@dataclass(frozen=True, kw_only=True)
class Principal:
    """A person or a machine. `org` is the provider a person belongs to; None for the council's own and for machines."""

    subject: str
    name: str
    org: UUID | None = None
    roles: frozenset[str] = field(default_factory=frozenset)
    scopes: frozenset[str] = field(default_factory=frozenset)

    @property
    def is_provider(self) -> bool:
        return self.org is not None

    @property
    def is_machine(self) -> bool:
        return not self.roles

    def has(self, *rights: str) -> bool:
        """Whether any of `rights` (roles or scopes) is held."""
        return not self.roles.isdisjoint(rights) or not self.scopes.isdisjoint(rights)

    def sees(self, provider_id: UUID) -> bool:
        """A provider sees its own organisation only."""
        return self.org is None or self.org == provider_id


SYSTEM = Principal(subject="system", name="Assay")
"""Acts for scheduled work and for events received."""


def principal_of(claims: Claims) -> Principal:
    """The principal that verified claims name."""
    try:
        org = UUID(claims.org) if claims.org else None
    except ValueError as error:
        raise NotSignedIn("The token names an organisation in an unknown form.") from error
    return Principal(subject=claims.sub, name=claims.name, org=org, roles=claims.roles, scopes=claims.scopes)


def ensure_may(principal: Principal, rights: list[str]) -> None:
    """Raise NotAllowed unless any of `rights` is held; none named means any person, but no machine."""
    if rights and not principal.has(*rights):
        raise NotAllowed("This needs one of: " + ", ".join(sorted(rights)) + ".")
    if not rights and principal.is_machine:
        raise NotAllowed("This is for people; a machine needs a scope that is named.")


async def get_principal(request: Request, rights: SecurityScopes, _: Annotated[Any, Security(BEARER)]) -> Principal:
    """The verified principal; the middleware has already turned strangers and wrong roles away, and this asks again."""
    principal: Principal | None = getattr(request.state, "principal", None)
    if principal is None:
        raise NotSignedIn
    ensure_may(principal, rights.scopes)
    return principal


def allow(*rights: str) -> Any:
    """`by: Annotated[Principal, allow(Role.COMMISSIONER, "bands:read")]`: any one of the rights is enough.

    `allow()` is for everybody who holds any role. A machine holds none: it only comes where its scope is named.
    """
    return Security(get_principal, scopes=[str(right) for right in rights])
