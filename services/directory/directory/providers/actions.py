"""What happens to a provider: registered, recorded, edited, closed; claimed, and the claim confirmed or refused."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from assay_contracts.roles import Role
from assay_kit.database import new_id
from assay_kit.etags import check_match
from assay_kit.identity import Principal
from assay_kit.timeline import begin, note, take
from directory.changes import changes
from directory.messages.actions import write_to, write_to_contact
from directory.people import actions as accounts
from directory.people.repository import People
from directory.sign_in.repository import SignIns
from directory.tables import Person, Provider, ProviderClaim

from .errors import AnswersRefused, ClaimWithoutProvider
from .events import tell_recorded
from .repository import Claims, Providers
from .rules import CLAIM_LIFE, PROVIDER_LIFE, ClaimStep, LegalForm, ProviderStep, refusals

_PERSONAL = ("contact_name", "contact_email", "contact_phone", "address")
_ANSWERS = ("legal_form", "company_number", "has_no_company_number")


@dataclass(frozen=True, kw_only=True)
class Account:
    """Who signs up, with the password of their choice."""

    name: str
    email: str
    password: str


def register(
    values: dict[str, Any], account: Account, providers: Providers, *, now: datetime
) -> tuple[Provider, Person]:
    """A newcomer registers itself, and whoever does it becomes its first administrator."""
    newcomer = Principal(subject="newcomer", name=account.name)
    provider = _new(values, providers, by=newcomer, now=now)
    person = accounts.register(
        account.name,
        account.email,
        account.password,
        [Role.PROVIDER_ADMIN],
        People(providers.session),
        provider_id=provider.id,
        now=now,
    )
    words = {"name": person.name, "provider": provider.name}
    reference = f"registration:{provider.id}"
    write_to(person, "registration_received", words, providers.session, reference=reference, now=now)
    tell_recorded(providers.session, provider, now=now)
    return provider, person


def record(values: dict[str, Any], providers: Providers, *, by: Principal, now: datetime) -> Provider:
    """Staff record a provider; what staff record is confirmed."""
    provider = _new(values, providers, by=by, now=now)
    _take(provider, ProviderStep.CONFIRM, providers, by=by, now=now, reason="Recorded by the council")
    tell_recorded(providers.session, provider, now=now)
    return provider


def edit(
    provider: Provider,
    values: dict[str, Any],
    providers: Providers,
    *,
    expected: int | None,
    by: Principal,
    now: datetime,
) -> None:
    check_match(expected, provider.version)
    _ensure_answers({**{name: getattr(provider, name) for name in _ANSWERS}, **values})
    detail = changes(provider, values, personal=_PERSONAL)
    providers.save(provider, {**values, "version": provider.version + 1})
    about: dict[str, Any] = {"status": provider.status, "provider_id": provider.id, "detail": detail}
    note(providers.session, PROVIDER_LIFE.name, provider.id, "edit", by=by, now=now, **about)
    tell_recorded(providers.session, provider, now=now)


def step(
    provider: Provider, step: ProviderStep, providers: Providers, *, reason: str, by: Principal, now: datetime
) -> None:
    _take(provider, step, providers, by=by, now=now, reason=reason)
    provider.version += 1
    tell_recorded(providers.session, provider, now=now)


def close(
    provider: Provider, providers: Providers, *, reason: str, by: Principal, now: datetime, real_now: datetime
) -> None:
    """Nobody of a closed provider signs in; those who are signed in are signed out."""
    step(provider, ProviderStep.CLOSE, providers, reason=reason, by=by, now=now)
    SignIns(providers.session).end_of_provider(provider.id, because="provider closed", at=real_now)


def claim(values: dict[str, Any], account: Account, claims: Claims, *, now: datetime) -> UUID:
    """Somebody claims a provider. They see nothing of it, not even whether it is there, until staff confirm.

    The id is all that they are told; it is of no claim where their address has an account already.
    """
    session = claims.session
    person = accounts.register_claimant(account.name, account.email, account.password, People(session), now=now)
    if person is None:
        return new_id()
    identifiers = {key: values[key] for key in ("company_number", "cqc_provider_id")}
    claimed = Providers(session).claimed_by(**identifiers)
    made = ProviderClaim(
        **values,
        provider_id=claimed.id if claimed else None,
        person_id=person.id,
        status=CLAIM_LIFE.start,
        made_at=now,
    )
    claims.add(made)
    claimant = Principal(subject=str(person.id), name=person.name)
    begin(session, made, CLAIM_LIFE, by=claimant, now=now, provider_id=made.provider_id)
    if claimed is not None:
        _ask_the_contact(claimed, made, person, claims, now=now)
    return made.id


def confirm_claim(
    made: ProviderClaim,
    claims: Claims,
    *,
    provider_id: UUID | None,
    confirmed_with: str,
    by: Principal,
    now: datetime,
) -> None:
    """The claimant becomes an administrator of the provider."""
    session = claims.session
    chosen = provider_id or made.provider_id
    if chosen is None:
        raise ClaimWithoutProvider
    provider = Providers(session).get(chosen)
    made.provider_id = provider.id
    take(session, made, ClaimStep.CONFIRM, CLAIM_LIFE, by=by, now=now, reason=confirmed_with, provider_id=provider.id)
    people = People(session)
    person = people.get(made.person_id, lock=True)
    accounts.confirm_claimant(person, people, provider_id=provider.id, by=by, now=now)
    words = {"name": person.name, "provider": provider.name}
    write_to(person, "claim_confirmed", words, session, reference=f"claim_confirmed:{made.id}", now=now)


def refuse_claim(
    made: ProviderClaim, claims: Claims, *, reason: str, by: Principal, now: datetime, real_now: datetime
) -> None:
    """The claimant is told why; the account that was made for the claim is closed."""
    session = claims.session
    take(session, made, ClaimStep.REFUSE, CLAIM_LIFE, by=by, now=now, reason=reason, provider_id=made.provider_id)
    people = People(session)
    person = people.get(made.person_id, lock=True)
    words = {"name": person.name, "provider": made.provider_name, "reason": reason}
    write_to(person, "claim_refused", words, session, reference=f"claim_refused:{made.id}", now=now)
    accounts.disable(person, people, reason=reason, by=by, now=now, real_now=real_now)


def _ask_the_contact(provider: Provider, made: ProviderClaim, person: Person, claims: Claims, *, now: datetime) -> None:
    words = {
        "name": provider.contact_name,
        "provider": provider.name,
        "claimant": person.name,
        "claimant_email": person.email,
        "statement": made.statement,
    }
    write_to_contact(provider, "claim_made", words, claims.session, reference=f"claim_made:{made.id}", now=now)


def _new(values: dict[str, Any], providers: Providers, *, by: Principal, now: datetime) -> Provider:
    _ensure_answers(values)
    provider = Provider(**values, status=PROVIDER_LIFE.start, registered_at=now)
    providers.add(provider)
    begin(providers.session, provider, PROVIDER_LIFE, by=by, now=now, step="register", provider_id=provider.id)
    return provider


def _take(
    provider: Provider, step: ProviderStep, providers: Providers, *, by: Principal, now: datetime, reason: str
) -> None:
    take(providers.session, provider, step, PROVIDER_LIFE, by=by, now=now, reason=reason, provider_id=provider.id)


def _ensure_answers(values: dict[str, Any]) -> None:
    found = refusals(
        LegalForm(values["legal_form"]),
        values["company_number"],
        has_no_company_number=values["has_no_company_number"],
    )
    if found:
        raise AnswersRefused(found)
