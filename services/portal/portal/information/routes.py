"""Pages that say what this site is and does: accessibility and cookies."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from portal.pages import render
from portal.visitors import AnyVisitor

router = APIRouter()


@router.get("/accessibility")
async def accessibility(request: Request, visitor: AnyVisitor) -> Response:
    return render(request, "information/accessibility.html")


@router.get("/cookies")
async def cookies(request: Request, visitor: AnyVisitor) -> Response:
    return render(request, "information/cookies.html")
