"""The demonstration's one password: made new for each copy of Assay, kept with its secrets, printed at the start."""

import importlib.resources
import secrets

from assay_kit.settings import MissingSecret, Settings

_SECRET = "demonstration-password"  # noqa: S105 - the name of a secret, not one


def password(settings: Settings) -> str:
    """The password of every demonstration account: four words, made when first asked for."""
    try:
        return settings.secret(_SECRET)
    except MissingSecret:
        words = (importlib.resources.files("demonstration") / "facts" / "words.txt").read_text("utf-8").split()
        folder = settings.home / "secrets"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / _SECRET
        path.touch(mode=0o600)
        path.write_text("-".join(secrets.choice(words) for _ in range(4)), encoding="utf-8")
        return settings.secret(_SECRET)
