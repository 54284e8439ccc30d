from assay_kit.testing import service_fixtures
from risk.main import SERVICE

engine, app, session, client_as, own_database = service_fixtures(SERVICE)
