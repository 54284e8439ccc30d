"""A newcomer registers an organisation and themselves as its first administrator."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from portal.forms import Field, Kind
from portal.tasks import METHODS, Task, perform
from portal.visitors import AnyVisitor
from portal.words import LEGAL_FORMS, options

router = APIRouter()

IDENTIFIERS = (
    Field(name="name", label="Name of the organisation", hint="As it is registered, for example with Companies House"),
    Field(name="legal_form", label="Legal form", kind=Kind.ONE_OF, options=options(LEGAL_FORMS)),
    Field(
        name="company_number",
        label="Company number (optional)",
        hint="8 characters, for example 01234567. Leave it empty if there is none.",
        is_required=False,
        width="govuk-input--width-10",
    ),
    Field(name="charity_number", label="Charity number (optional)", is_required=False, width="govuk-input--width-10"),
    Field(
        name="cqc_provider_id",
        label="CQC provider ID (optional)",
        hint="Starts with 1-, for example 1-101234567",
        is_required=False,
        width="govuk-input--width-10",
    ),
    Field(
        name="contact_phone",
        label="Telephone number of the organisation (optional)",
        is_required=False,
        width="govuk-input--width-20",
        autocomplete="tel",
    ),
)
ACCOUNT = (
    Field(name="person_name", label="Your full name", autocomplete="name"),
    Field(name="email", label="Your email address", kind=Kind.EMAIL, autocomplete="email"),
    Field(
        name="password",
        label="Choose a password",
        kind=Kind.PASSWORD,
        autocomplete="new-password",
        hint="At least 12 characters. Three unrelated words make a good one.",
        missing="Choose a password",
    ),
)


@router.api_route("/registration", methods=METHODS)
async def register(request: Request, visitor: AnyVisitor) -> Response:
    async def send(values: dict[str, Any]) -> Any:
        account = {"name": values.pop("person_name"), "email": values.pop("email"), "password": values.pop("password")}
        organisation = values | {
            "contact_name": account["name"],
            "contact_email": account["email"],
            "has_no_company_number": "company_number" not in values,
            "administrator": account,
        }
        return await visitor.api.post("directory", "/v1/registrations", organisation)

    task = Task(
        title="Register your organisation",
        lead="Register once. Then you can apply to work with the council, and invite colleagues to help.",
        fields=(*IDENTIFIERS, *ACCOUNT),
        button="Register",
        back="/",
        done="registered",
    )
    return await perform(request, task, send=send, then="/sign-in")
