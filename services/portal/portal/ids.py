"""The ids in our addresses."""

from typing import Annotated

from fastapi import Path

UUID_PATTERN = r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
# What is no UUID names nothing: the visitor gets the page for that, and no service is asked.
Id = Annotated[str, Path(pattern=UUID_PATTERN)]
