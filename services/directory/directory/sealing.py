"""What lies in the database and must not be read there: sealed with a secret of ASSAY_HOME.

A copy of the database alone opens nothing.
"""

import base64
import hashlib

from cryptography.fernet import Fernet

from assay_kit.settings import Settings

SEALING_SECRET = "directory-sealing"  # noqa: S105 - the name of a secret


def seal_of(settings: Settings) -> Fernet:
    secret = settings.make_secret(SEALING_SECRET)
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(secret.encode()).digest()))
