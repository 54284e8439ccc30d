"""Alembic's way in; the kit does the work."""

from alembic import context

from assay_kit.provisioning import run_migrations
from assessment.main import SERVICE

run_migrations(context, SERVICE.metadata)
