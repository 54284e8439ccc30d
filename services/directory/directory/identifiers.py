"""How organisations and places are numbered by others: Companies House, the Charity Commission, CQC, the FSA. Pure."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from assay_kit.text import WHOLE

# Companies House numbers as people write them: digits without their leading zeros; two letters and digits; and the
# societies' form that ends in a letter (IP12345R).
COMPANY_NUMBER = r"^([0-9]{1,8}|[A-Za-z]{2}[0-9]{1,6}|[A-Za-z]{2}[0-9]{5}[A-Za-z])$"

_WRITTEN = re.compile(r"([A-Z]{0,2})([0-9]+[A-Z]?)")


def company_number(written: str) -> str:
    """The eight-character form of a Companies House number: `6400` → `00006400`, `sc12345` → `SC012345`.

    ValueError when it is not one.
    """
    parts = _WRITTEN.fullmatch(written.upper()) if re.fullmatch(COMPANY_NUMBER, written) else None
    if parts is None:
        raise ValueError("a company number has 8 characters: digits, or two letters and digits")
    letters, rest = parts.groups()
    return letters + rest.rjust(8 - len(letters), "0")


CompanyNumber = Annotated[str, StringConstraints(pattern=COMPANY_NUMBER), AfterValidator(company_number)]

# England and Wales (with the suffix of a linked charity), Scotland, Northern Ireland.
CharityNumber = Annotated[str, StringConstraints(pattern=r"^([0-9]{6,7}(-[0-9]{1,3})?|SC[0-9]{6}|NIC[0-9]{6})$")]
# Providers and locations alike. CQC compares them exactly, so their case is kept.
CqcId = Annotated[str, StringConstraints(pattern=r"^1-[0-9]{4,14}$")]
FhrsId = Annotated[int, Field(ge=1, le=9_999_999_999), WHOLE]
