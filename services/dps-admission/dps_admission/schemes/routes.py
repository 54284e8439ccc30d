"""HTTP for procedure profiles, schemes and lots. Translate, call one action, answer."""

from uuid import UUID

from fastapi import APIRouter, Response
from sqlmodel import Session, col, select

from assay_kit.etags import IfMatch, set_etag
from assay_kit.pagination import Page, PageQuery, paginate
from assay_kit.problems import Conflict, StaleEdit, StepNotAllowed, may_answer
from dps_admission.dependencies import Commissioner, Decider, Now, Reader, SessionDep
from dps_admission.question_sets.errors import QuestionSetNotFound
from dps_admission.shown import shown
from dps_admission.tables import Lot, Scheme, SchemeChange

from . import actions, changing, closing
from .errors import LotNotFound, LotRefused, ProfileNotFound, SchemeNotFound, SchemeRefused
from .repository import Schemes
from .schemas import (
    LotIn,
    LotList,
    LotRead,
    NewProfileIn,
    ProfileIn,
    ProfileList,
    ProfileRead,
    SchemeChangeList,
    SchemeChangeRead,
    SchemeIn,
    SchemeRead,
    ValidityIn,
    WhyIn,
)

router = APIRouter(tags=["schemes"])
ON_SCHEME = may_answer(SchemeNotFound, StepNotAllowed, SchemeRefused)
ON_LOT = may_answer(LotNotFound, StepNotAllowed, LotRefused)


@router.get("/profiles", operation_id="list_profiles", summary="Procedure profiles: the law and the policy")
def list_profiles(session: SessionDep, by: Reader) -> ProfileList:
    return ProfileList(items=[ProfileRead.model_validate(one) for one in Schemes(session).profiles()])


@router.post(
    "/profiles",
    operation_id="publish_profile",
    summary="Publish the next version of a regime's profile",
    status_code=201,
    responses=may_answer(SchemeRefused),
)
def publish_profile(asked: ProfileIn, session: SessionDep, by: Decider, now: Now) -> ProfileRead:
    return ProfileRead.model_validate(changing.revise_profile(session, asked, by=by, now=now))


@router.post(
    "/schemes",
    operation_id="create_scheme",
    status_code=201,
    responses=may_answer(ProfileNotFound, SchemeRefused),
)
def create_scheme(asked: SchemeIn, session: SessionDep, by: Commissioner, now: Now, response: Response) -> SchemeRead:
    return _scheme(actions.create_scheme(session, asked, by=by, now=now), response)


@router.get("/schemes", operation_id="list_schemes")
def list_schemes(session: SessionDep, by: Reader, page: PageQuery) -> Page[SchemeRead]:
    found = paginate(session, Schemes(session).all_seen_by(by), page, col(Scheme.created_at), col(Scheme.id))
    return found.map(SchemeRead.model_validate)


@router.get("/schemes/{scheme_id}", operation_id="read_scheme", responses=may_answer(SchemeNotFound))
def read_scheme(scheme_id: UUID, session: SessionDep, by: Reader, response: Response) -> SchemeRead:
    return _scheme(Schemes(session).seen_by(scheme_id, by), response)


@router.put(
    "/schemes/{scheme_id}",
    operation_id="edit_scheme",
    responses=may_answer(SchemeNotFound, ProfileNotFound, SchemeRefused, StaleEdit),
)
def edit_scheme(
    scheme_id: UUID, asked: SchemeIn, read: IfMatch, session: SessionDep, by: Commissioner, response: Response
) -> SchemeRead:
    return _scheme(actions.edit_scheme(session, scheme_id, asked, read_version=read), response)


@router.post("/schemes/{scheme_id}/opening", operation_id="open_scheme", responses=ON_SCHEME)
def open_scheme(scheme_id: UUID, session: SessionDep, by: Decider, now: Now) -> SchemeRead:
    return SchemeRead.model_validate(actions.open_scheme(session, scheme_id, by=by, now=now))


@router.post("/schemes/{scheme_id}/closing", operation_id="close_scheme", responses=ON_SCHEME)
def close_scheme(scheme_id: UUID, asked: WhyIn, session: SessionDep, by: Decider, now: Now) -> SchemeRead:
    return SchemeRead.model_validate(closing.close_scheme(session, scheme_id, reason=asked.reason, by=by, now=now))


@router.post(
    "/schemes/{scheme_id}/validity", operation_id="change_validity", responses=may_answer(SchemeNotFound, SchemeRefused)
)
def change_validity(scheme_id: UUID, asked: ValidityIn, session: SessionDep, by: Decider, now: Now) -> SchemeRead:
    return SchemeRead.model_validate(changing.change_validity(session, scheme_id, asked, by=by, now=now))


@router.post(
    "/schemes/{scheme_id}/profile",
    operation_id="change_profile",
    summary="Go over to a later version of the profile; due dates are reckoned again",
    responses=may_answer(SchemeNotFound, ProfileNotFound, SchemeRefused),
)
def change_profile(scheme_id: UUID, asked: NewProfileIn, session: SessionDep, by: Decider, now: Now) -> SchemeRead:
    return SchemeRead.model_validate(changing.change_profile(session, scheme_id, asked, by=by, now=now))


@router.get("/schemes/{scheme_id}/changes", operation_id="list_scheme_changes", responses=may_answer(SchemeNotFound))
def list_scheme_changes(scheme_id: UUID, session: SessionDep, by: Reader) -> SchemeChangeList:
    scheme = Schemes(session).seen_by(scheme_id, by)
    wanted = select(SchemeChange).where(col(SchemeChange.scheme_id) == scheme.id).order_by(col(SchemeChange.id))
    return SchemeChangeList(items=[SchemeChangeRead.model_validate(one) for one in session.exec(wanted.limit(200))])


@router.get("/schemes/{scheme_id}/lots", operation_id="list_lots", responses=may_answer(SchemeNotFound))
def list_lots(scheme_id: UUID, session: SessionDep, by: Reader) -> LotList:
    schemes = Schemes(session)
    lots = schemes.lots_of(schemes.seen_by(scheme_id, by).id)
    zones = schemes.zones_of_lots([lot.id for lot in lots])
    return LotList(items=[_lot_read(lot, zones[lot.id]) for lot in lots])


@router.post(
    "/schemes/{scheme_id}/lots",
    operation_id="create_lot",
    status_code=201,
    responses=may_answer(SchemeNotFound, QuestionSetNotFound, SchemeRefused, LotRefused, Conflict),
)
def create_lot(
    scheme_id: UUID, asked: LotIn, session: SessionDep, by: Commissioner, now: Now, response: Response
) -> LotRead:
    lot = actions.create_lot(session, scheme_id, asked, by=by, now=now)
    set_etag(response, lot.version)
    return _lot(session, lot)


@router.get("/lots/{lot_id}", operation_id="read_lot", responses=may_answer(LotNotFound))
def read_lot(lot_id: UUID, session: SessionDep, by: Reader, response: Response) -> LotRead:
    schemes = Schemes(session)
    lot = schemes.lot(lot_id)
    schemes.seen_by(lot.scheme_id, by)
    set_etag(response, lot.version)
    return _lot(session, lot)


@router.put(
    "/lots/{lot_id}",
    operation_id="edit_lot",
    responses=may_answer(LotNotFound, QuestionSetNotFound, SchemeRefused, LotRefused, StaleEdit),
)
def edit_lot(
    lot_id: UUID, asked: LotIn, read: IfMatch, session: SessionDep, by: Commissioner, response: Response
) -> LotRead:
    lot = actions.edit_lot(session, lot_id, asked, read_version=read)
    set_etag(response, lot.version)
    return _lot(session, lot)


@router.post("/lots/{lot_id}/opening", operation_id="open_lot", responses=ON_LOT)
def open_lot(lot_id: UUID, session: SessionDep, by: Commissioner, now: Now) -> LotRead:
    return _lot(session, actions.open_lot(session, lot_id, by=by, now=now))


@router.post("/lots/{lot_id}/pause", operation_id="pause_lot", responses=ON_LOT)
def pause_lot(lot_id: UUID, asked: WhyIn, session: SessionDep, by: Decider, now: Now) -> LotRead:
    return _lot(session, actions.pause_lot(session, lot_id, reason=asked.reason, by=by, now=now))


@router.post("/lots/{lot_id}/resumption", operation_id="resume_lot", responses=ON_LOT)
def resume_lot(lot_id: UUID, session: SessionDep, by: Decider, now: Now) -> LotRead:
    return _lot(session, actions.resume_lot(session, lot_id, by=by, now=now))


@router.post("/lots/{lot_id}/closing", operation_id="close_lot", responses=ON_LOT)
def close_lot(lot_id: UUID, asked: WhyIn, session: SessionDep, by: Decider, now: Now) -> LotRead:
    return _lot(session, actions.close_lot(session, lot_id, reason=asked.reason, by=by, now=now))


def _scheme(scheme: Scheme, response: Response) -> SchemeRead:
    set_etag(response, scheme.version)
    return SchemeRead.model_validate(scheme)


def _lot(session: Session, lot: Lot) -> LotRead:
    return _lot_read(lot, Schemes(session).zones_of_lots([lot.id])[lot.id])


def _lot_read(lot: Lot, zones: list[str]) -> LotRead:
    return LotRead.model_validate(shown(lot, LotRead, zones=zones))
