import pytest
from fastapi import FastAPI

from assay_contracts.directory.client import FakeDirectory
from assay_kit.testing import service_fixtures
from risk.dependencies import get_directory
from risk.main import SERVICE

engine, app, session, client_as, own_database = service_fixtures(SERVICE)


@pytest.fixture(autouse=True)
def directory(app: FastAPI) -> FakeDirectory:
    """The directory as this service asks it on a miss: it knows what a test gives it."""
    fake = FakeDirectory()
    app.dependency_overrides[get_directory] = lambda: fake
    return fake
