"""Everything that can go wrong with a setting."""

from collections.abc import Sequence

from assay_kit.problems import Conflict, NotFound


class SettingNotFound(NotFound):
    slug, title = "setting-not-found", "No such setting"

    def __init__(self, key: str) -> None:
        super().__init__(f"There is no setting {key}.")


class ValueRefused(Conflict):
    slug, title = "value-refused", "The setting does not accept this value"

    def __init__(self, why: Sequence[str]) -> None:
        bars = [{"rule": "value-not-accepted", "says": f"{each}."} for each in why]
        super().__init__("; ".join(why) + ".", bars=bars)
