"""HTTP for people: their accounts, their roles and their passwords."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from assay_contracts.roles import Role
from assay_kit.clock import Now
from assay_kit.database import SessionDep
from assay_kit.doors import AS_RARE_AS_SIGN_INS
from assay_kit.etags import IfMatch, set_etag
from assay_kit.identity import Principal
from assay_kit.pagination import Page, PageQuery
from assay_kit.problems import NotAllowed, StaleEdit, StepNotAllowed, may_answer
from directory.dependencies import Inviter, RealNow, SettingsDep, Someone
from directory.providers.errors import ProviderNotFound
from directory.providers.repository import Providers
from directory.sealing import seal_of
from directory.settings.repository import CouncilSettings
from directory.tables import Person

from . import actions
from .actions import Post
from .errors import EmailTaken, LastOne, LinkNotValid, NotYourself, PasswordRefused, PersonNotFound, RolesBarred
from .repository import People
from .schemas import InvitationIn, NewPasswordIn, PasswordChangeIn, PasswordResetIn, PersonIn, PersonRead, ReasonIn

router = APIRouter(tags=["people"])


async def get_people(session: SessionDep) -> People:
    return People(session)


PeopleDep = Annotated[People, Depends(get_people)]


def get_person(person_id: UUID, people: PeopleDep, by: Inviter) -> Person:
    return people.seen_by(by, person_id, lock=True)


PersonDep = Annotated[Person, Depends(get_person)]


def get_post(settings: SettingsDep) -> Post:
    return Post(address=settings.issuer, seal=seal_of(settings))


PostDep = Annotated[Post, Depends(get_post)]


@router.post(
    "/people",
    summary="Invite a person",
    status_code=201,
    response_model=PersonRead,
    responses=may_answer(EmailTaken, RolesBarred, ProviderNotFound),
)
def invite_person(
    asked: InvitationIn,
    people: PeopleDep,
    by: Inviter,
    now: Now,
    real_now: RealNow,
    post: PostDep,
    response: Response,
) -> Person:
    """A provider's administrator invites colleagues; an administrator of the council invites anybody."""
    provider_id = asked.provider_id or by.org
    organisation = organisation_of(people, by, provider_id, now)
    person = actions.invite(
        asked.name,
        asked.email,
        asked.roles,
        people,
        provider_id=provider_id,
        organisation=organisation,
        by=by,
        now=now,
        real_now=real_now,
        post=post,
    )
    set_etag(response, person.version)
    return person


@router.get("/people", summary="List people", response_model=Page[PersonRead])
def list_people(
    people: PeopleDep,
    by: Someone,
    page: PageQuery,
    provider_id: UUID | None = None,
    role: Annotated[Role | None, Query(description="Only people with this role.")] = None,
) -> Page[Person]:
    return people.page(by, page, provider_id=provider_id, role=role)


@router.get(
    "/people/me", summary="Read your own account", response_model=PersonRead, responses=may_answer(PersonNotFound)
)
def read_own_account(people: PeopleDep, by: Someone) -> Person:
    return own_account(people, by)


@router.put(
    "/people/me/password",
    summary="Change your own password",
    status_code=204,
    responses=may_answer(NotAllowed, PasswordRefused, PersonNotFound),
)
def change_own_password(asked: PasswordChangeIn, people: PeopleDep, by: Someone, real_now: RealNow) -> None:
    """Every session ends, this one too: sign in again."""
    person = own_account(people, by)
    if not actions.change_password(person, asked.current, asked.new, people, real_now=real_now):
        raise NotAllowed("The current password is not right.")


@router.get(
    "/people/{person_id}", summary="Read a person", response_model=PersonRead, responses=may_answer(PersonNotFound)
)
def read_person(person_id: UUID, people: PeopleDep, by: Someone, response: Response) -> Person:
    person = people.seen_by(by, person_id)
    set_etag(response, person.version)
    return person


@router.put(
    "/people/{person_id}",
    summary="Change a person's name and roles",
    response_model=PersonRead,
    responses=may_answer(PersonNotFound, RolesBarred, NotYourself, LastOne, StaleEdit),
)
def change_person(
    wanted: PersonIn,
    person: PersonDep,
    people: PeopleDep,
    by: Inviter,
    read: IfMatch,
    now: Now,
    real_now: RealNow,
    response: Response,
) -> Person:
    actions.change(
        person, people, name=wanted.name, roles=wanted.roles, expected=read, by=by, now=now, real_now=real_now
    )
    set_etag(response, person.version)
    return person


@router.post(
    "/people/{person_id}/disablement",
    summary="Close an account and end its sessions",
    response_model=PersonRead,
    responses=may_answer(PersonNotFound, StepNotAllowed, NotYourself, LastOne),
)
def disable_person(
    asked: ReasonIn, person: PersonDep, people: PeopleDep, by: Inviter, now: Now, real_now: RealNow
) -> Person:
    actions.disable(person, people, reason=asked.reason, by=by, now=now, real_now=real_now)
    return person


@router.post(
    "/people/{person_id}/enablement",
    summary="Open a closed account again",
    response_model=PersonRead,
    responses=may_answer(PersonNotFound, StepNotAllowed, RolesBarred),
)
def enable_person(asked: ReasonIn, person: PersonDep, people: PeopleDep, by: Inviter, now: Now) -> Person:
    actions.enable(person, people, reason=asked.reason, by=by, now=now)
    return person


@router.post(
    "/people/{person_id}/invitation",
    summary="Send the invitation again",
    status_code=204,
    responses=may_answer(PersonNotFound, StepNotAllowed),
)
def invite_person_again(
    person: PersonDep, people: PeopleDep, by: Inviter, now: Now, real_now: RealNow, post: PostDep
) -> None:
    organisation = organisation_of(people, by, person.provider_id, now)
    actions.invite_again(person, people, organisation=organisation, by=by, now=now, real_now=real_now, post=post)


@router.post(
    "/passwords",
    summary="Set a password with a link that works once",
    status_code=204,
    responses=may_answer(LinkNotValid, PasswordRefused),
    openapi_extra=AS_RARE_AS_SIGN_INS,
)
def set_password(asked: NewPasswordIn, people: PeopleDep, now: Now, real_now: RealNow) -> None:
    actions.set_password_by_link(asked.token, asked.password, people, now=now, real_now=real_now)


@router.post(
    "/password-resets",
    summary="Ask for a link that sets a new password",
    status_code=202,
    openapi_extra=AS_RARE_AS_SIGN_INS,
)
def ask_for_password_reset(
    asked: PasswordResetIn, people: PeopleDep, now: Now, real_now: RealNow, post: PostDep
) -> None:
    """The answer is the same whether or not there is such an account."""
    actions.ask_for_reset(asked.email, people, now=now, real_now=real_now, post=post)


def own_account(people: People, by: Principal) -> Person:
    try:
        person_id = UUID(by.subject)
    except ValueError as error:
        raise PersonNotFound from error
    return people.get(person_id)


def organisation_of(people: People, by: Principal, provider_id: UUID | None, now: Now) -> str:
    """The organisation's name, as an invitation says it; 404 where `by` may not know of it."""
    if provider_id is None:
        return CouncilSettings(people.session).text("council.name", now=now)
    return Providers(people.session).seen_by(by, provider_id).name
