"""The image's health check: asks the address in ASSAY_HEALTH. Standard library only: it runs every few seconds."""

import os
import sys
import urllib.request

address = os.environ.get("ASSAY_HEALTH")
if address:
    try:
        with urllib.request.urlopen(address, timeout=3) as answer:  # noqa: S310 - the operator's own address
            sys.exit(0 if answer.status == 200 else 1)
    except OSError as error:
        sys.exit(f"{address}: {error}")
