import sys
from pathlib import Path

from assay_kit.testing import service_fixtures

sys.path.insert(0, str(Path(__file__).parent))
from sample_service.main import SERVICE

engine, app, session, client_as, own_database = service_fixtures(SERVICE)
