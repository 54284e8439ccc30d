"""Who is looking at a page: their session, their token for the services, and the mark that proves a form is ours."""

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from hashlib import blake2b
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

import httpx
from fastapi import Depends, Request

from assay_kit.tokens import Claims, TokenRefused
from portal.sessions import Tokens, real_now
from portal.upstream import Api, Down, Refused

SESSION_COOKIE = "assay_session"
VISIT_COOKIE = "assay_visit"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

COUNCIL_ROLES = {
    "compliance_officer": "Contract compliance officer",
    "commissioner": "Commissioning officer",
    "commissioning_manager": "Commissioning manager",
    "adult_care_viewer": "Adult care viewer",
    "social_care_assessor": "Social care assessor",
    "auditor": "Auditor",
    "administrator": "Administrator",
}
PROVIDER_ROLES = {"provider_admin": "Provider administrator", "provider_user": "Provider user"}
ROLE_TITLES = COUNCIL_ROLES | PROVIDER_ROLES


class SignInNeeded(Exception):
    """The page needs a person, and there is none, or their session has ended."""


class FormNotOurs(Exception):
    """A form arrived without the mark that our own pages carry."""


@dataclass(frozen=True, kw_only=True)
class Person:
    """The person signed in, as the directory named them in the token."""

    subject: str
    name: str
    roles: frozenset[str]
    org: str | None

    def has(self, *roles: str) -> bool:
        return not self.roles.isdisjoint(roles)

    @property
    def role_titles(self) -> list[str]:
        return [title for role, title in ROLE_TITLES.items() if role in self.roles]


@dataclass(kw_only=True)
class Visitor:
    """`person` is None for a stranger. `api` asks the services as this visitor. `today`: the business day, if known."""

    api: Api
    visit: str
    request_id: str
    person: Person | None = None
    cookie: str = ""
    is_new: bool = field(default=False)
    today: date | None = None

    @property
    def is_provider(self) -> bool:
        return self.person is not None and self.person.org is not None

    @property
    def csrf(self) -> str:
        """Only our own pages can know it: it is made from cookies that no script and no other site can read."""
        return blake2b(f"{self.visit}|{self.cookie}".encode(), digest_size=24, person=b"assay-form").hexdigest()

    @property
    def org(self) -> str:
        """The organisation of a provider's person."""
        if self.person is None or self.person.org is None:
            raise Refused(403, {"detail": "This page is for people who work for a care provider."})
        return self.person.org


async def get_visitor(request: Request) -> Visitor:
    """Whoever asks; a form is accepted only with our mark. Runs before every page."""
    state = request.app.state
    visit = request.cookies.get(VISIT_COOKIE, "")
    is_new = not (20 <= len(visit) <= 60)
    cookie = request.cookies.get(SESSION_COOKIE, "")
    person, token = await _person(request, cookie) if cookie else (None, None)
    visitor = Visitor(
        api=Api(state.client, state.settings, request_id=request.state.request_id, token=token),
        visit=secrets.token_urlsafe(24) if is_new else visit,
        request_id=request.state.request_id,
        person=person,
        cookie=cookie if person else "",
        is_new=is_new,
        today=state.clock.today(),
    )
    request.state.visitor = visitor
    if request.method not in SAFE_METHODS:
        await _check_mark(request, visitor)
    return visitor


async def get_signed_in(visitor: Annotated[Visitor, Depends(get_visitor)]) -> Visitor:
    if visitor.person is None:
        raise SignInNeeded
    return visitor


async def get_of_provider(visitor: Annotated[Visitor, Depends(get_signed_in)]) -> Visitor:
    """The pages of a provider's own work: nobody of the council begins, answers or withdraws it for them."""
    _ = visitor.org  # refuses who has none
    return visitor


AnyVisitor = Annotated[Visitor, Depends(get_visitor)]
SignedIn = Annotated[Visitor, Depends(get_signed_in)]
OfProvider = Annotated[Visitor, Depends(get_of_provider)]


async def _person(request: Request, cookie: str) -> tuple[Person | None, str | None]:
    state = request.app.state

    async def renew(refresh: str) -> Tokens | None:
        return await renewed(state.client, state.settings.service_url("directory"), refresh)

    token = await state.sessions.token(cookie, renew=renew, now=real_now())
    if token is None:
        return None, None
    try:
        return person_of(await state.keys.verified(token)), token
    except TokenRefused:
        await state.sessions.end(cookie)
        return None, None


def person_of(claims: Claims) -> Person:
    return Person(subject=claims.sub, name=claims.name, roles=claims.roles, org=_organisation(claims.org))


def _organisation(named: str | None) -> str | None:
    return str(UUID(named)) if named else None


async def _check_mark(request: Request, visitor: Visitor) -> None:
    # The page reads the form again; Starlette keeps what it parsed.
    sent = await request.form(max_fields=2_000, max_files=5, max_part_size=2 * 1024 * 1024)
    request.state.sent = sent
    given = str(sent.get("csrf", ""))
    if visitor.is_new or not hmac.compare_digest(given.encode(), visitor.csrf.encode()):
        raise FormNotOurs


async def exchanged(client: httpx.AsyncClient, directory: str, username: str, password: str) -> Tokens:
    """Sign in with a password; Refused when the directory says no."""
    grant = {"grant_type": "password", "username": username, "password": password}
    response = await _token_request(client, directory, grant)
    if response.is_error:
        raise Refused(response.status_code, {"detail": "", "retry_after": response.headers.get("Retry-After")})
    return _tokens(response, real_now())


async def renewed(client: httpx.AsyncClient, directory: str, refresh: str) -> Tokens | None:
    """New tokens for a refresh token, or None when it counts no more."""
    grant = {"grant_type": "refresh_token", "refresh_token": refresh}
    response = await _token_request(client, directory, grant)
    return None if response.is_error else _tokens(response, real_now())


async def _token_request(client: httpx.AsyncClient, directory: str, grant: dict[str, str]) -> httpx.Response:
    try:
        response = await client.post(f"{directory}/v1/token", data=grant)
    except httpx.TransportError as error:
        raise Down("directory") from error
    if response.status_code >= 500:
        raise Down("directory")
    return response


def _tokens(response: httpx.Response, now: datetime) -> Tokens:
    said = response.json()
    lives = timedelta(seconds=int(said["expires_in"]))
    return Tokens(access=said["access_token"], refresh=said["refresh_token"], expires_at=now + lives)


def sign_in_address(request: Request) -> str:
    """The sign-in page that afterwards comes back here."""
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    wanted = here if request.method in SAFE_METHODS and here != "/" else ""
    return f"/sign-in?next={quote(wanted, safe='')}" if wanted else "/sign-in"


def safe_next(wanted: str) -> str:
    """Only an address on this site, else the home page."""
    is_local = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and wanted.isprintable()
    return wanted if is_local else "/"
