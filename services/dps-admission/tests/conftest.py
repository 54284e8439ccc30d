from collections.abc import Callable

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from make_dps import CouncilDirectory, House, shipped
from sqlmodel import Session

from assay_kit.testing import service_fixtures
from dps_admission.main import SERVICE

engine, app, session, client_as, own_database = service_fixtures(SERVICE, first_data=shipped)


@pytest.fixture
def house(session: Session, client_as: Callable[..., TestClient], app: FastAPI) -> House:
    directory = app.state.directory = CouncilDirectory()
    return House(session, client_as, directory)
