"""Under whose name open contracting data goes out: the council's registered prefix and id, and its name. Pure.

What was published under an ocid cannot be taken back, so nothing goes out before all three are set. A demonstration
publishes what nobody will take for a council's.
"""

from assay_contracts.directory.council import NAME, NAMELESS
from assay_kit.settings import Settings

from .errors import NotYetPublished
from .releases import Buyer, Publication

DEMONSTRATION_PREFIX, DEMONSTRATION_ID = "ocds-demo00", "demonstration-council"


def publication(settings: Settings, council_name: str) -> Publication:
    if settings.is_demonstration:
        return Publication(
            prefix=settings.ocds_prefix or DEMONSTRATION_PREFIX,
            buyer=Buyer(id=settings.publisher_id or DEMONSTRATION_ID, name=f"{council_name} (demonstration)"),
        )
    said = {
        "ASSAY_OCDS_PREFIX": settings.ocds_prefix,
        "ASSAY_PUBLISHER_ID": settings.publisher_id,
        f"its name ({NAME})": "" if council_name == NAMELESS else council_name,
    }
    if missing := [what for what, value in said.items() if not value]:
        raise NotYetPublished(missing)
    buyer = Buyer(id=settings.publisher_id, name=council_name)
    return Publication(prefix=settings.ocds_prefix, buyer=buyer)
