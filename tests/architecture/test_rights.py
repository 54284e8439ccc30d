"""Every operation says who may call it, or is public by name."""

import pytest

from assay.members import SERVICES
from assay.openapi import document, operations, public_operations, silent
from assay_contracts.roles import Role


@pytest.mark.parametrize("name", SERVICES)
def test_every_operation_names_its_rights_or_is_public_by_name(name: str) -> None:
    assert len(list(operations(document(name)))) > 10

    assert silent(name) == []


@pytest.mark.parametrize("name", SERVICES)
def test_every_right_is_a_role_or_a_scope(name: str) -> None:
    rights = {right for _, _, operation in operations(document(name)) for right in operation.get("x-roles", ())}
    assert rights

    unknown = {right for right in rights if right not in set(Role) and ":" not in right}

    assert unknown == set()


def test_the_public_list_names_operations_that_exist() -> None:
    there = {(name, method, path) for name in SERVICES for method, path, _ in operations(document(name))}

    assert public_operations() - there == set()
    assert public_operations()


@pytest.mark.parametrize("name", SERVICES)
def test_a_public_operation_asks_for_no_token(name: str) -> None:
    guarded = [
        f"{method} {path}"
        for method, path, operation in operations(document(name))
        if (name, method, path) in public_operations() and operation.get("security")
    ]

    assert guarded == []
