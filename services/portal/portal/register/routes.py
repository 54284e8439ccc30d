"""The public register: who the council may buy from, lot by lot, on any day. Nobody needs to sign in."""

from datetime import date

from fastapi import APIRouter, Request
from starlette.responses import Response

from portal.forms import Field, Kind, read
from portal.ids import Id
from portal.pages import render
from portal.upstream import Refused
from portal.visitors import AnyVisitor

router = APIRouter(prefix="/register")

_AS_AT = (
    Field(
        name="as_at",
        label="The register as at",
        kind=Kind.DAY,
        hint="For example, 25 1 2024",
        missing="Enter the day that you want to see",
    ),
)


@router.get("")
async def lots(request: Request, visitor: AnyVisitor) -> Response:
    found = await visitor.api.get("dps-admission", "/v1/register/lots")
    schemes: dict[str, list[object]] = {}
    for lot in found["items"]:
        schemes.setdefault(lot["scheme_name"], []).append(lot)
    return render(request, "register/lots.html", schemes=schemes)


@router.get("/{lot_id}")
async def lot(request: Request, visitor: AnyVisitor, lot_id: Id) -> Response:
    """`as_at` is a day in the address, or three boxes of the form above the list."""
    filled = read(_AS_AT, request.query_params)
    is_asked = any(name.startswith("as_at") for name in request.query_params)
    day = filled.values.get("as_at") or _day(request.query_params.get("as_at", ""))
    if day or not is_asked:
        filled.errors.clear()
    address = f"/v1/register/lots/{lot_id}"
    try:
        register = await visitor.api.get("dps-admission", address, as_at=day)
    except Refused as refusal:
        if refusal.slug != "day-ahead":
            raise
        filled.wrong("as_at", refusal.detail)
        register = await visitor.api.get("dps-admission", address)
    if not is_asked or day:
        filled.typed["as_at"] = _AS_AT[0].show(day or register["as_at"])
    return render(request, "register/lot.html", status=422 if filled.errors else 200, register=register, filled=filled)


@router.get("/{lot_id}/csv")
async def download(request: Request, visitor: AnyVisitor, lot_id: Id) -> Response:
    day = _day(request.query_params.get("as_at", ""))
    answer = await visitor.api.send(
        "dps-admission", "GET", f"/v1/register/lots/{lot_id}/csv", params={"as_at": day} if day else {}
    )
    kept = {name: answer.headers[name] for name in ("content-disposition",) if name in answer.headers}
    return Response(answer.content, media_type="text/csv; charset=utf-8", headers=kept)


def _day(text: str) -> str | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise Refused(404, {"detail": "No such day."}) from error
