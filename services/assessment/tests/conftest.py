import make_assessment as make
import pytest
from sqlmodel import Session

from assay_kit.testing import NOON, service_fixtures
from assessment.first_data import put_first_data
from assessment.main import SERVICE

engine, app, _session, client_as, own_database = service_fixtures(SERVICE)


@pytest.fixture
def session(_session: Session, settings: object) -> Session:
    """A session with what the service ships with."""
    put_first_data(_session, settings, now=NOON)  # type: ignore[arg-type]  # the kit's fixture
    return _session


@pytest.fixture
def people(client_as: make.ClientAs, session: Session) -> make.People:
    """Everybody, and a small framework as the newest version."""
    make.small_framework(session)
    return make.People(client_as)
