"""How many requests may be inside at once. One counter per application, safe whichever event loop asks."""

import asyncio


class Slots:
    """A semaphore that is made when the running loop first needs it, because tests run an application on several."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._of_loop: tuple[asyncio.AbstractEventLoop, asyncio.Semaphore] | None = None

    async def acquire(self) -> None:
        await self._semaphore().acquire()

    def release(self) -> None:
        self._semaphore().release()

    def _semaphore(self) -> asyncio.Semaphore:
        loop = asyncio.get_running_loop()
        if self._of_loop is None or self._of_loop[0] is not loop:
            self._of_loop = (loop, asyncio.Semaphore(self._number))
        return self._of_loop[1]
