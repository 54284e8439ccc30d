"""The members that run, by the name of their address segment, and how to reach a service's definition."""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the runner reads the names alone and stays small
    from assay_kit.service import Service

SERVICES = ("directory", "dps-admission", "assessment", "risk")
# The portal keeps its browser sessions, and nothing else.
DATABASES = (*SERVICES, "portal")


def package_of(name: str) -> str:
    """The Python package of a service: its name with underscores."""
    return name.replace("-", "_")


def load_service(name: str) -> "Service":
    """The service's own `SERVICE`; importing it imports the whole service."""
    service: Service = importlib.import_module(f"{package_of(name)}.main").SERVICE
    return service
