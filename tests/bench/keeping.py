"""The directory as it is served, with keys that are given: its own would have to be asked of itself."""

import json
import os

from fastapi import FastAPI

from assay_kit import tokens
from assay_kit.keys import GivenKeys
from assay_kit.service import create_service
from assay_kit.settings import Settings
from directory.main import SERVICE


def create_app() -> FastAPI:
    settings = Settings()
    public = tokens.key_set(json.loads(os.environ["BENCH_KEYS"]))
    return create_service(SERVICE, settings, keys=GivenKeys(public, issuer=settings.issuer, audience=settings.audience))
