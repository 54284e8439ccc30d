"""Begin."""

from alembic import op
from sample_service.tables import metadata

from assay_kit.provisioning import install_kit

revision = "0001"
down_revision = None


def upgrade() -> None:
    metadata.create_all(op.get_bind())
    install_kit(op.get_bind())
