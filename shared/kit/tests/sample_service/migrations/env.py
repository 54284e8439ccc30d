from alembic import context
from sample_service.tables import metadata

from assay_kit.provisioning import run_migrations

run_migrations(context, metadata)
