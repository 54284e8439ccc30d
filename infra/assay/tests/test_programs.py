"""What runs on one machine, and the supervisor's file that is made from it."""

import configparser
from pathlib import Path

from assay import programs
from assay.home import Home
from assay.programs import Program
from assay.supervision import configuration
from assay_kit.settings import Settings


def test_every_port_follows_the_gateways() -> None:
    first = {each.port for each in programs.everything(Settings(port=8000, database_url="")) if each.port}
    second = {each.port for each in programs.everything(Settings(port=8100, database_url="")) if each.port}

    assert len(first) == 6
    assert 8000 in first
    assert first.isdisjoint(second)


def test_the_database_starts_first_and_the_gateway_last() -> None:
    order = sorted(programs.everything(Settings(database_url="")), key=lambda each: each.priority)

    assert order[0].name == "postgres"
    assert order[-1].name == "gateway"


def test_a_given_database_needs_no_server_of_ours() -> None:
    given = Settings.model_validate({"DATABASE_URL": "postgresql://somewhere/postgres"})

    assert "postgres" not in {each.name for each in programs.everything(given)}


def test_services_listen_on_this_machine_only() -> None:
    settings = Settings(host="0.0.0.0", database_url="")

    for program in programs.services(settings):
        assert "--host=127.0.0.1" in program.command


def test_the_supervisors_file_names_every_program(tmp_path: Path) -> None:
    wanted = programs.everything(Settings(database_url=""))
    said = parsed(Home(tmp_path), wanted)

    assert {section for section in said.sections() if section.startswith("program:")} == {
        f"program:{each.name}" for each in wanted
    }
    assert all(said[f"program:{each.name}"]["autorestart"] == "true" for each in wanted)


def test_odd_characters_in_a_path_survive(tmp_path: Path) -> None:
    home = Home(tmp_path / "50% off; really")
    program = Program(name="one", command=("/bin/true", "a b"), priority=1)

    said = parsed(home, [program])

    assert said["program:one"]["directory"].replace("%%", "%").replace("\\;", ";") == str(home.root)
    assert said["program:one"]["command"] == '/bin/true "a b"'


def parsed(home: Home, wanted: list[Program]) -> configparser.RawConfigParser:
    said = configparser.RawConfigParser()
    said.read_string(configuration(home, wanted))
    return said
