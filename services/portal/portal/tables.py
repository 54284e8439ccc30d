"""The portal's only table: who is signed in, in which browser. Tokens are sealed with the browser's own cookie."""

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from assay_kit.database import Instant, service_registry


class PortalTable(SQLModel, registry=service_registry()):
    pass


class BrowserSession(PortalTable, table=True):
    """`id` is a hash of the cookie and `sealed` opens only with the cookie, so the table alone signs nobody in."""

    __tablename__ = "browser_session"

    id: str = Field(primary_key=True, max_length=64)
    subject: str = Field(max_length=200, index=True)
    sealed: str = Field(sa_type=Text)
    begun_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)
    ends_at: datetime = Field(sa_type=Instant, index=True)


metadata = PortalTable.metadata
