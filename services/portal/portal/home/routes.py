"""The home page: what needs me now, by role."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from portal.pages import render
from portal.visitors import AnyVisitor

router = APIRouter()


@router.get("/")
async def home(request: Request, visitor: AnyVisitor) -> Response:
    if visitor.person is None:
        return render(request, "home/welcome.html")
    return render(request, "home/home.html", tiles=[], sections=[])
