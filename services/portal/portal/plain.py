"""A validator's message as a sentence for the person who typed. Pure."""

import re

_SENTENCES: tuple[tuple[str, str], ...] = (
    (r"^Field required$", "Enter {label}"),
    (r"^String should have at least 1 character$", "Enter {label}"),
    (r"^String should have at least (\d+) characters?$", "{Label} must be {0} characters or more"),
    (r"^String should have at most (\d+) characters?$", "{Label} must be {0} characters or fewer"),
    (r"^Input should be greater than or equal to (.+)$", "{Label} must be {0} or more"),
    (r"^Input should be greater than (.+)$", "{Label} must be more than {0}"),
    (r"^Input should be less than or equal to (.+)$", "{Label} must be {0} or less"),
    (r"^Input should be less than (.+)$", "{Label} must be less than {0}"),
    (r"^String should match pattern", "{Label} is not in the form we expect"),
    (r"^Input should be a valid (integer|decimal|number)", "{Label} must be a number"),
    (r"^Input should be a valid (date|datetime)", "{Label} must be a real date"),
    (r"^Input should be (?:a valid UUID|'.+)", "Choose {label} from the list"),
    (r"^Value error, (.+)$", "{0}"),
    (r"^List should have at least 1 item", "Select at least one: {label}"),
)


def plain_reason(label: str, said: str) -> str:
    """`said` in plain words about `label`; what a service itself put in words is left as it is."""
    text = label.rstrip("?").removesuffix(" (optional)")
    lower = text if text[:2].isupper() else text[:1].lower() + text[1:]
    for pattern, sentence in _SENTENCES:
        if found := re.match(pattern, said):
            return sentence.format(*found.groups(), label=lower, Label=text)
    return said
