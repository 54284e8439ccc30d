"""Reads and writes what registers said. No rules here."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Text, cast, delete, func
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from assay_contracts.directory.copies import care_service_copy as service
from assay_contracts.directory.copies import provider_copy as provider
from assay_kit.pagination import Page, PageAsked, paginate
from risk.registers.rules import Register
from risk.tables import ExternalFact, RegisterNight, SuccessorAnswer

_ONE_KEY = 0x4641_4354  # advisory lock: "FACT", and a hash of the key


class Facts:
    def __init__(self, session: Session) -> None:
        self._session = session

    def one_at_a_time(self, source: Register, key: str) -> None:
        """Until the transaction ends: who keeps what was said of the key, or answers what was asked of it, meanwhile
        waits, and then finds what was kept and answered. Taken before anything else is locked."""
        self._session.execute(columns(func.pg_advisory_xact_lock(_ONE_KEY, func.hashtext(f"{source}:{key}"))))

    def standing(self, source: Register, key: str, at: datetime) -> ExternalFact | None:
        """What the register had last said by `at`."""
        wanted = select(ExternalFact).where(
            ExternalFact.source == source, ExternalFact.key == key, ExternalFact.fetched_at <= at
        )
        latest = wanted.order_by(col(ExternalFact.fetched_at).desc(), col(ExternalFact.id).desc())
        return self._session.exec(latest.limit(1).with_for_update()).first()

    def after(self, source: Register, key: str, at: datetime) -> Sequence[ExternalFact]:
        """What the register said after `at`, as far as that is known already: in its order."""
        wanted = select(ExternalFact).where(
            ExternalFact.source == source, ExternalFact.key == key, ExternalFact.fetched_at > at
        )
        in_order = wanted.order_by(col(ExternalFact.fetched_at), col(ExternalFact.id))
        return self._session.exec(in_order.with_for_update()).all()

    def answers(self, key: str) -> dict[str, bool]:
        """By location of which an officer said whether it succeeds this one."""
        said = select(SuccessorAnswer.successor, SuccessorAnswer.is_successor).where(SuccessorAnswer.key == key)
        return dict(self._session.exec(said).all())

    def answer(self, *answers: SuccessorAnswer) -> None:
        """The last word counts."""
        for each in answers:
            self._session.merge(each)
        self._session.flush()

    def ask_again(self, key: str, successors: Sequence[str], *, at: datetime) -> None:
        """An officer read of these successors at an instant: what was answered until then is a question again."""
        again = delete(SuccessorAnswer).where(
            col(SuccessorAnswer.key) == key,
            col(SuccessorAnswer.successor).in_(successors),
            col(SuccessorAnswer.answered_at) <= at,
        )
        self._session.execute(again)

    def page(self, page: PageAsked, *, source: Register | None, key: str | None) -> Page[ExternalFact]:
        wanted = select(ExternalFact)
        if source is not None:
            wanted = wanted.where(ExternalFact.source == source)
        if key is not None:
            wanted = wanted.where(ExternalFact.key == key)
        return paginate(self._session, wanted, page, col(ExternalFact.fetched_at).desc(), col(ExternalFact.id).desc())

    def nights(self, page: PageAsked, *, source: Register | None) -> Page[RegisterNight]:
        wanted = select(RegisterNight)
        if source is not None:
            wanted = wanted.where(RegisterNight.source == source)
        return paginate(self._session, wanted, page, col(RegisterNight.due_at).desc(), col(RegisterNight.id).desc())

    def services_with(self, source: Register, key: str) -> list[UUID]:
        """The services that a reading is about: a company's are all its provider's."""
        wanted = select(service.c.id)
        match source:
            case Register.CQC:
                wanted = wanted.where(service.c.record["cqc_location_id"].astext == key)
            case Register.FOOD:
                wanted = wanted.where(cast(service.c.record["fhrs_id"].astext, Text) == key)
            case Register.COMPANIES:
                wanted = wanted.join(provider, provider.c.id == service.c.provider_id).where(
                    provider.c.record["company_number"].astext == key
                )
        return list(self._session.scalars(wanted))

    def keys(self, source: Register, *, after: str, limit: int) -> list[str]:
        """Every key that some service or provider has, in order."""
        column = {
            Register.CQC: service.c.record["cqc_location_id"].astext,
            Register.FOOD: service.c.record["fhrs_id"].astext,
            Register.COMPANIES: provider.c.record["company_number"].astext,
        }[source]
        wanted = select(column).where(column > after).distinct().order_by(column).limit(limit)
        return list(self._session.scalars(wanted))

    def add(self, *rows: ExternalFact) -> None:
        self._session.add_all(rows)
        self._session.flush()
