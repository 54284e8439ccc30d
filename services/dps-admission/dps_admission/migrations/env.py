"""Alembic's way in; the kit does the work."""

from alembic import context

from assay_kit.provisioning import run_migrations
from dps_admission.tables import metadata

run_migrations(context, metadata)
