"""`assay serve NAME`: becomes one program that speaks HTTP. What containers run, one program each."""

import os

from rich.console import Console

from assay.members import SERVICES, package_of
from assay.programs import GATEWAY, uvicorn
from assay_kit.settings import Settings


def run(name: str) -> int:
    """Replace this process by the program; returns only where there is no such program."""
    settings = Settings()
    if name == "gateway":
        command = GATEWAY
    elif name in (*SERVICES, "portal"):
        command = uvicorn(package_of(name), port=settings.port_of(name), host=settings.host)
    else:
        Console(stderr=True).print(
            f"There is no program {name!r}; there are {', '.join((*SERVICES, 'portal', 'gateway'))}."
        )
        return 2
    os.execv(command[0], command)  # noqa: S606 - our own interpreter
