"""What docker-compose.yml says, read as Docker Compose reads it: every program, kept in, and what is stored kept."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from assay.members import SERVICES
from assay.setting_up import KNOWN_TO_EVERYBODY
from risk.registers.settings import RegisterSettings

ROOT = Path(__file__).parents[3]
REACHES_OUT = {"gateway", "directory", "worker-directory", "worker-risk"}
ENDS = {"setup", "demonstration"}

Compose = dict[str, Any]


@pytest.fixture(scope="module")
def compose() -> Compose:
    said: Compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    return said


def test_every_program_has_a_container(compose: Compose) -> None:
    workers = {f"worker-{name}" for name in SERVICES}
    assert set(compose["services"]) == {"postgres", "portal", "gateway", *SERVICES, *workers, *ENDS}


def test_only_the_gateway_is_published(compose: Compose) -> None:
    assert [name for name, said in compose["services"].items() if "ports" in said] == ["gateway"]


def test_only_what_must_reaches_out_of_the_network_inside(compose: Compose) -> None:
    assert compose["networks"]["inside"] == {"internal": True}
    networks = {name: set(said["networks"]) for name, said in compose["services"].items()}
    assert all("inside" in those for those in networks.values())
    assert {name for name, those in networks.items() if those - {"inside"}} == REACHES_OUT


def test_whoever_asks_the_registers_is_given_their_settings(compose: Compose) -> None:
    wanted = {f"ASSAY_{name.upper()}" for name in RegisterSettings.model_fields if not name.endswith("seconds")}
    for name in ("risk", "worker-risk"):
        assert wanted <= set(compose["services"][name]["environment"])
    for name in ("directory", "worker-directory"):
        assert "ASSAY_EVIDENCE_STORE" in compose["services"][name]["environment"]


def test_data_and_secrets_are_kept_in_volumes(compose: Compose) -> None:
    services = compose["services"]
    assert services["postgres"]["volumes"] == ["database:/var/lib/postgresql"], "PostgreSQL 18 keeps its data below it"
    assert all(said["volumes"] == ["home:/var/lib/assay"] for name, said in services.items() if name != "postgres")
    assert set(compose["volumes"]) == {"database", "home"}


def test_whoever_speaks_http_is_asked_whether_it_is_ready(compose: Compose) -> None:
    services = compose["services"]
    assert services["postgres"]["healthcheck"]["test"][1] == "pg_isready"
    assert "HEALTHCHECK" in (ROOT / "infra" / "Dockerfile").read_text(encoding="utf-8")
    for name in (*SERVICES, "portal", "gateway"):
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/ready", services[name]["environment"]["ASSAY_HEALTH"])


def test_only_the_set_up_is_given_the_administrators_password(compose: Compose) -> None:
    given = {name for name, said in compose["services"].items() if "PASSWORD" in str(said.get("environment"))}
    assert given == {"postgres", "setup"}
    assert KNOWN_TO_EVERYBODY in compose["services"]["setup"]["environment"]["DATABASE_URL"]


def test_the_gateway_opens_when_the_demonstration_is_there(compose: Compose) -> None:
    after = compose["services"]["gateway"]["depends_on"]
    assert after["demonstration"]["condition"] == "service_completed_successfully"
    assert compose["services"]["demonstration"]["command"] == ["demonstrate", "--if-demonstration"]
