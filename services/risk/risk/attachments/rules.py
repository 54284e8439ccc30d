"""How much may be added to an entry. Pure."""

from enum import StrEnum

MOST_BYTES = 10 * 1024 * 1024
MOST_FILES = 20


class Bar(StrEnum):
    ENOUGH_FILES = "An entry has twenty files at most"
    ADDED_ALREADY = "This file was added to the entry already"
    NOT_STANDING = "This entry was corrected, settled or withdrawn: add the file to the one that stands"


def bars_to_adding(*, files: int, is_there: bool, is_standing: bool) -> list[Bar]:
    found = {
        Bar.ENOUGH_FILES: files >= MOST_FILES,
        Bar.ADDED_ALREADY: is_there,
        Bar.NOT_STANDING: not is_standing,
    }
    return [bar for bar, applies in found.items() if applies]
