"""Files of a service, sent on as they come: always as a file, never as a page of ours."""

from collections.abc import AsyncIterator

import httpx
from starlette.responses import StreamingResponse

from portal.visitors import Visitor

_SENT_ON = ("content-disposition", "content-length", "content-security-policy")


async def send_on(visitor: Visitor, service: str, path: str) -> StreamingResponse:
    """What the service answers at `path`, with its name and size."""
    answer = await visitor.api.stream(service, path)
    kept = {name: answer.headers[name] for name in _SENT_ON if name in answer.headers}
    return StreamingResponse(_closing(answer), media_type=answer.headers.get("content-type"), headers=kept)


async def _closing(answer: httpx.Response) -> AsyncIterator[bytes]:
    try:
        async for chunk in answer.aiter_bytes():
            yield chunk
    finally:
        await answer.aclose()
