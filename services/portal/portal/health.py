"""What those who run the portal ask: is it alive, can it do its work, how much has it done."""

from fastapi import APIRouter, Request
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse, Response

from assay_kit.problems import of_status

router = APIRouter()


@router.get("/health")
async def health() -> Response:
    return JSONResponse({"status": "ok"})


@router.get("/ready")
async def ready(request: Request) -> Response:
    """Whether sessions can be kept. The other services' state is theirs to say: pages stand without them."""
    try:
        async with request.app.state.engine.connect() as connection:
            await connection.execute(text("SELECT 1 FROM browser_session LIMIT 1"))
    except (SQLAlchemyError, OSError):
        return of_status(503, "The session database does not answer.", {"Retry-After": "5"})
    return JSONResponse({"status": "ready"})
