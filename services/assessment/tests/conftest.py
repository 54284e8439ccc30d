import make_assessment as make
import pytest
from sqlmodel import Session

from assay_kit.testing import service_fixtures
from assessment.first_data import put_first_data
from assessment.main import SERVICE

engine, app, session, client_as, own_database = service_fixtures(SERVICE, first_data=put_first_data)


@pytest.fixture
def people(client_as: make.ClientAs, session: Session) -> make.People:
    """Everybody, and a small framework as the newest version."""
    make.small_framework(session)
    return make.People(client_as)
