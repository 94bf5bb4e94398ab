"""The pages name everything there is, and nothing that is not: settings, commands, routes, tables, packages, links."""

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from typing import Any, cast

import click
import pytest
from packaging.requirements import Requirement
from pydantic import BaseModel

from openjupyter_service.authoring.marks import Kind
from openjupyter_service.authoring.roles import Tag
from openjupyter_service.cli.main import cli
from openjupyter_service.cli.new import new
from openjupyter_service.courses import Course
from openjupyter_service.exercises.file import ExerciseFile, Limits, Sample, Style, Variant
from openjupyter_service.judge import figure
from openjupyter_service.judge.cells import Cell
from openjupyter_service.judge.fixtures import Fixtures
from openjupyter_service.judge.learner import Learner, Measured, RaisedByLearner
from openjupyter_service.judge.marks import MARKERS
from openjupyter_service.platforms import Platform11, Platform13
from openjupyter_service.report import FailingCell, Outcome, Report, Status, TestResult, Usage
from openjupyter_service.settings import GradingSettings, LearnerSettings, Settings
from openjupyter_service.store.tables import metadata
from openjupyter_service.web.app import make_app
from openjupyter_service.web.base import Site
from tests.pages import PAGES, ROOT, code_blocks, names, rows, section, titled_blocks, whole_section, without_code

OPERATORS, INSTRUCTORS, ARCHITECTURE = "docs/operators.md", "docs/instructors.md", "docs/architecture.md"
WRITING = "docs/writing-tests.md"

MODELS: list[tuple[str, str, type[BaseModel]]] = [
    (OPERATORS, "Top level", Settings),
    (OPERATORS, "`[[platforms]]` of LTI 1.3", Platform13),
    (OPERATORS, "`[[platforms]]` of LTI 1.1", Platform11),
    (OPERATORS, "`[[courses]]`", Course),
    (OPERATORS, "`[learner]`", LearnerSettings),
    (OPERATORS, "`[grading]`", GradingSettings),
    (INSTRUCTORS, "exercise.toml", ExerciseFile),
    (INSTRUCTORS, "`[limits]`", Limits),
    (INSTRUCTORS, "`[style]`", Style),
    (INSTRUCTORS, "`[[samples]]`", Sample),
    (INSTRUCTORS, "`[[variants]]`", Variant),
]
SECTIONS = {"learner", "grading", "limits", "style", "samples", "variants"}
"""Fields that have a table of their own."""


def links() -> Iterator[tuple[str, str]]:
    for page, text in PAGES.items():
        for target in re.findall(r"\]\(([^)\s]+)\)", without_code(text)):
            if not re.match(r"[a-z]+:", target):
                yield page, target


def anchors(page: str) -> set[str]:
    """The anchors that GitHub gives a page's headings."""
    headings = re.findall(r"^#+ (.+)$", without_code(PAGES[page]), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize(("page", "target"), links())
def test_links_and_images_lead_somewhere(page: str, target: str) -> None:
    path, _, anchor = target.partition("#")
    place = ((ROOT / page).parent / path).resolve() if path else ROOT / page
    assert place.exists(), target
    if anchor:
        assert anchor in anchors(place.relative_to(ROOT).as_posix()), target


def test_images_have_a_text_for_those_who_do_not_see_them() -> None:
    texts = [text for page in PAGES.values() for text in re.findall(r"!\[([^\]]*)\]", page)]
    assert len(texts) >= 3
    assert all(len(text) > 40 for text in texts)


@pytest.mark.parametrize(("page", "heading", "model"), MODELS)
def test_every_setting_is_in_its_table_with_its_default(page: str, heading: str, model: type[BaseModel]) -> None:
    table = {cells[0].strip("`"): cells[1] for cells in rows(section(page, heading))}
    known = model.model_fields
    assert set(table) == set(known) - (SECTIONS if model is ExerciseFile else set())
    for name, shown in table.items():
        field = known[name]
        if shown in ("required", "none", "all defaults"):
            wanted = {"required": field.is_required(), "none": field.default is None}
            assert wanted.get(shown, isinstance(field.default, BaseModel)), name
        else:
            told = tomllib.loads(f"x = {shown.strip('`')}")["x"]
            assert (
                tuple(told) if isinstance(told, list) and isinstance(field.default, tuple) else told
            ) == field.default, name


def test_settings_on_the_pages_are_settings() -> None:
    examples = [
        text for page in ("README.md", OPERATORS) for text in re.findall(r"```toml\n(.*?)```", PAGES[page], re.DOTALL)
    ]
    assert len(examples) == 2
    for text in examples:
        settings = Settings.model_validate(tomllib.loads(text))
        assert settings.courses


def test_the_example_exercise_is_one() -> None:
    (text,) = code_blocks(INSTRUCTORS, "toml")
    exercise = ExerciseFile.model_validate(tomllib.loads(text))
    assert exercise.samples and exercise.data
    for block in code_blocks(INSTRUCTORS, "python"):
        ast.parse(block)


def test_every_command_and_option_is_documented() -> None:
    text = "\n".join(PAGES.values())
    for name, command in cli.commands.items():
        assert f"openjupyter {name}" in text, name
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert any(f"`{option}" in text for option in parameter.opts), f"{name} {parameter.opts}"


def test_commands_on_the_pages_are_commands() -> None:
    for page, text in PAGES.items():
        for name in re.findall(r"(?:\.venv/bin/|`)openjupyter ([a-z-]+)", text):
            assert name in cli.commands, (page, name)


def test_programs_on_the_pages_exist() -> None:
    for page, text in PAGES.items():
        for name in re.findall(r"\bdeploy/([a-z]+)\b(?!/)", text):
            assert (ROOT / "deploy" / name).exists(), (page, name)


def test_every_route_is_documented_and_every_documented_route_is_one() -> None:
    app = make_app(cast(Site, None), "/")
    patterns = {cast(Any, rule.matcher).regex.pattern for rule in app.wildcard_router.rules}
    # The last rule of an application is its default handler.
    patterns = {pattern for pattern in patterns if pattern not in (".*$", "/.*$")}
    documented = [name.split()[1] for cells in rows(whole_section(ARCHITECTURE, "HTTP API of the service"))
                  for name in names(cells[:1])]  # fmt: skip
    paths = {path.partition("?")[0].replace("COURSE", "sample").replace("ID", "0a1b") for path in documented}
    assert len(patterns) >= 7
    for pattern in patterns:
        assert any(re.fullmatch(pattern, path) for path in paths), f"not documented: {pattern}"
    for path in paths:
        assert any(re.fullmatch(pattern, path) for pattern in patterns), f"no such route: {path}"


def test_reports_are_documented_field_by_field() -> None:
    text = whole_section(ARCHITECTURE, "HTTP API of the service")
    for model in (Report, TestResult, FailingCell, Usage):
        for name in set(model.model_fields) - {"staff"}:
            assert f'"{name}"' in text, name


def test_every_mark_and_tag_of_a_source_is_documented() -> None:
    tables = rows(section(INSTRUCTORS, "One notebook to write"))
    assert {cells[0] for cells in tables} == {
        *(f"`### BEGIN {kind}` … `### END {kind}`" for kind in Kind),
        *(f"`{tag}`" for tag in Tag),
    }


def test_every_option_of_new_is_documented() -> None:
    text = section(INSTRUCTORS, "The commands")
    for command in new.commands.values():
        for parameter in command.params:
            assert f"`{parameter.opts[0]}" in text or isinstance(parameter, click.Argument), parameter.opts


def test_every_status_and_outcome_is_in_words() -> None:
    found = [cells[0].strip("`") for cells in rows(section(INSTRUCTORS, "Statuses and outcomes"))]
    assert sorted(found) == sorted([*Status, *Outcome])


def test_everything_a_test_can_ask_for_is_documented() -> None:
    text = whole_section(WRITING, "Reference")
    for name in public(Learner):
        assert f"learner.{name}(" in text, name
    parts = (figure.Figure, figure.Axes, figure.Line, figure.Bar, figure.Points, Cell, Measured)
    for name in (field.name for part in parts for field in fields(part) if not field.name.startswith("_")):
        assert f"`{name}`" in text, name
    for name in (*public(Cell), *vars(RaisedByLearner).get("__annotations__", {})):
        assert f"`{name}" in text, name


def test_what_the_page_says_of_the_learner_is_there() -> None:
    for name in re.findall(r"\blearner\.(\w+)\(", whole_section(WRITING, "Reference")):
        assert name in vars(Learner), name


def test_every_fixture_and_mark_of_hidden_tests_is_documented() -> None:
    fixtures = {cells[0].strip("`").partition("(")[0] for cells in rows(section(WRITING, "Fixtures"))}
    assert fixtures == {name for name, value in vars(Fixtures).items() if is_fixture(name, value)}
    marks = {
        match[1] for cells in rows(section(WRITING, "Marks")) if (match := re.match(r"`@pytest\.mark\.(\w+)", cells[0]))
    }
    assert marks == {re.split(r"[(:]", text)[0] for text in MARKERS}


def test_examples_of_hidden_tests_are_python_that_has_names() -> None:
    blocks = titled_blocks(WRITING)
    tests = [ast.parse(text) for title, text in blocks if title == "tests"]
    assert len(tests) >= 20
    for tree in tests:
        assert any(isinstance(node, ast.FunctionDef) and node.name.startswith("test_") for node in ast.walk(tree))
    assert {title for title, _ in blocks} == {"notebook", "tests", "wrong notebook", "report"}


def public(kind: type) -> list[str]:
    return [name for name in vars(kind) if not name.startswith("_")]


def is_fixture(name: str, value: object) -> bool:
    return not name.startswith("_") and type(value).__name__ == "FixtureFunctionDefinition"


def test_every_table_and_column_is_documented() -> None:
    documented = {cells[0].strip("`"): names(cells[1:]) for cells in rows(section(ARCHITECTURE, "Tables"))}
    assert documented == {name: set(table.columns.keys()) for name, table in metadata.tables.items()}


def test_every_direct_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    documented = names([cells[0] for cells in rows(section(ARCHITECTURE, "Dependencies"))])
    assert {Requirement(text).name for text in project["dependencies"]} <= documented
    text = section(ARCHITECTURE, "Dependencies")
    for line in (ROOT / "images/learner/requirements.in").read_text().splitlines():
        if line and not line.startswith("#"):
            assert f"`{Requirement(line).name}`" in text, line


def test_newest_change_is_this_version() -> None:
    """What is not released yet may stand above it."""
    versions = re.findall(r"^## (?!Unreleased$)(\S+)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    for file in ("pyproject.toml", "labextension/pyproject.toml"):
        assert tomllib.loads((ROOT / file).read_text())["project"]["version"] == versions[0], file
