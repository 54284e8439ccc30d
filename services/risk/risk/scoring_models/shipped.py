"""The scoring model that the product ships: version 1, read from its data file. Pure but for reading that file."""

from pathlib import Path

from risk.scoring_models.policy import Policy

FILE = Path(__file__).with_name("version_1.json")


def version_1() -> Policy:
    return Policy.model_validate_json(FILE.read_bytes())
