"""`assay worker`: jobs, deliveries and due work, of all services on one machine, of one in production."""

import asyncio

from rich.console import Console

from assay.members import SERVICES, load_service
from assay_kit.settings import Settings
from assay_kit.worker import run_worker


def run(service: str) -> int:
    """Work until told to stop."""
    if service and service not in SERVICES:
        Console(stderr=True).print(f"There is no service {service!r}; there are {', '.join(SERVICES)}.")
        return 2
    names = [service] if service else SERVICES
    asyncio.run(run_worker([load_service(name) for name in names], Settings()))
    return 0
