"""The demonstration's one password: made new for each copy of Assay, kept with its secrets, printed at the start."""

import importlib.resources
import re
import secrets

from assay_kit.settings import MissingSecret, Settings
from demonstration.facts import people, providers

_SECRET = "demonstration-password"  # noqa: S105 - the name of a secret, not one


def password(settings: Settings) -> str:
    """The password of every demonstration account: four words, made when first asked for."""
    try:
        return settings.secret(_SECRET)
    except MissingSecret:
        folder = settings.home / "secrets"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / _SECRET
        path.touch(mode=0o600)
        path.write_text("-".join(secrets.SystemRandom().sample(words_to_choose_from(), 4)), encoding="utf-8")
        return settings.secret(_SECRET)


def words_to_choose_from() -> list[str]:
    """Words that share nothing with anybody's name or address: a password may not name the person it belongs to."""
    shipped = (importlib.resources.files("demonstration") / "facts" / "words.txt").read_text("utf-8").split()
    named = "".join(names()).lower()
    parts = {part for name in names() for part in re.split(r"[^a-z]+", name.lower()) if len(part) > 2}
    return [word for word in shipped if word not in named and not any(part in word for part in parts)]


def names() -> list[str]:
    """Everything that somebody with an account is called."""
    owners = (*providers().everybody, *providers().applicants)
    council = [part for person in people().council for part in (person.name, person.email)]
    return [*council, *(each.name for each in owners), "Administrator", "Journey", "admin", "example"]
