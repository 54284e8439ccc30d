"""Alembic's way in; the kit does the rest."""

from alembic import context

from assay_kit.provisioning import run_migrations
from portal.tables import metadata

run_migrations(context, metadata)
