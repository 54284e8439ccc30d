"""Which pages are offered to whom. Offering is not allowing: the services decide that."""

from dataclasses import dataclass

from portal.visitors import PROVIDER_ROLES, Person

_CASEWORK = ("compliance_officer", "commissioner", "commissioning_manager", "auditor")
_DASHBOARD = (*_CASEWORK, "adult_care_viewer", "social_care_assessor")
_PROVIDER = tuple(PROVIDER_ROLES)

# (words, address, roles that are offered it)
_OFFERS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("Dashboard", "/dashboard", _DASHBOARD),
    ("Applications", "/lot-applications", ("commissioner", "commissioning_manager", "auditor")),
    ("Assessments", "/assessments", _CASEWORK),
    ("Interventions", "/interventions", ("compliance_officer", "commissioning_manager", "auditor", *_PROVIDER)),
    ("My services", "/organisation", _PROVIDER),
    ("My applications", "/applications", _PROVIDER),
    ("My assessments", "/assessments", _PROVIDER),
    ("Outbox", "/outbox", ("administrator",)),
    ("Clock", "/clock", ("administrator",)),
    ("Public register", "/register", ("administrator", "commissioner", "commissioning_manager", "adult_care_viewer")),
)


@dataclass(frozen=True)
class Link:
    text: str
    href: str
    is_here: bool


def navigation_for(person: Person | None, path: str) -> list[Link]:
    """The links at the top of every page."""
    if person is None:
        return [Link("Public register", "/register", path.startswith("/register"))]
    home = Link("Home", "/", path == "/")
    offered = [(text, href) for text, href, roles in _OFFERS if person.has(*roles)]
    return [home, *(Link(text, href, path == href or path.startswith(f"{href}/")) for text, href in offered)]
