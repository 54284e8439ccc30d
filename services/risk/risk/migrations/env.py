"""Alembic runs this; what it does is the kit's."""

from alembic import context

from assay_kit.provisioning import run_migrations
from risk.tables import metadata

run_migrations(context, metadata)
