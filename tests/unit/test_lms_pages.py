"""docs/lms: each page holds what the command shows, its commands can be typed, and its addresses are the hub's."""

import re
import shlex
from typing import get_args

import click
import pytest

from openjupyter_service.cli.main import cli
from openjupyter_service.hub.authenticator import OpenJupyterAuthenticator
from openjupyter_service.lti.addresses import ToolAddresses
from openjupyter_service.lti.products import speaks
from openjupyter_service.lti.setup import guide
from openjupyter_service.lti.steps import Values, Version
from openjupyter_service.platforms import Product
from tests.pages import PAGES, rows, whole_section

PRODUCTS: tuple[Product, ...] = get_args(Product)
LMS_PAGES = {f"docs/lms/{product}.md": product for product in PRODUCTS}
TOOL = ToolAddresses("https://lab.example.org/hub/")
GUIDES = [
    (page, version) for page, product in LMS_PAGES.items() for version in get_args(Version) if speaks(product, version)
]


def commands(text: str) -> list[str]:
    """Every command line of ours on a page, in code blocks and in the text."""
    blocks = re.findall(r"^ *```sh\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL)
    lines = [line.strip() for block in blocks for line in block.replace("\\\n", "").splitlines()]
    lines += re.findall(r"`(openjupyter [^`]+)`", re.sub(r"^ *```.*?^ *```$", "", text, flags=re.MULTILINE | re.DOTALL))
    return [line for line in lines if line.startswith("openjupyter ")]


def parse(line: str) -> None:
    """Parse a command line as the program would, without running it."""
    name, *arguments = shlex.split(line, comments=True)
    assert name == "openjupyter"
    command: click.Command = cli
    context = click.Context(cli, **cli.context_settings)
    while isinstance(command, click.Group):
        command = command.commands[arguments.pop(0)]
        if isinstance(command, click.Group):
            context = click.Context(command, parent=context)
    command.make_context(command.name, arguments, parent=context)


def test_there_is_a_page_for_each_lms_and_readme_links_it() -> None:
    assert {page for page in PAGES if page.startswith("docs/lms/")} == set(LMS_PAGES)
    for page in LMS_PAGES:
        assert f"({page})" in PAGES["README.md"]
        assert f"({page.removeprefix('docs/')})" in PAGES["docs/operators.md"]


@pytest.mark.parametrize(("page", "version"), GUIDES)
def test_a_page_holds_what_the_command_shows(page: str, version: Version) -> None:
    product = LMS_PAGES[page]
    text = whole_section_with_code(page, f"LTI {version}")
    flat = " ".join(text.split())
    name = product if product != "other" else "NAME"
    for step in guide(product, version, Values(TOOL, name=name, course="sample", exercise="warm-up")).steps:
        assert " ".join(step.text.split()) in flat
        for field in step.fields:
            value = field.value if field.is_choice else " and ".join(f"`{line}`" for line in field.value.splitlines())
            assert f"| {field.label} | {value} |" in flat, field.label
        for command in step.commands:
            assert command in flat


def whole_section_with_code(page: str, heading: str) -> str:
    match = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", PAGES[page], re.MULTILINE | re.DOTALL)
    assert match, f"{page} has no heading {heading}"
    return match[1]


@pytest.mark.parametrize("page", LMS_PAGES)
def test_what_can_go_wrong_has_a_cause_and_a_way_out(page: str) -> None:
    found = rows(whole_section(page, "What can go wrong"))
    assert len(found) >= 4
    assert all(len(cells) == 3 and all(cells) for cells in found)


@pytest.mark.parametrize("page", ["README.md", "docs/operators.md", *LMS_PAGES])
def test_every_command_can_be_typed(page: str) -> None:
    found = commands(PAGES[page])
    assert page == "README.md" or len(found) >= 3
    for line in found:
        if not line.endswith("…"):
            parse(line)


def test_the_check_of_commands_finds_what_is_wrong() -> None:
    for line in ("openjupyter platform link --nonsense", "openjupyter platform add --product nonsense"):
        with pytest.raises(click.UsageError):
            parse(line)
    with pytest.raises(KeyError):
        parse("openjupyter platform nonsense")
    assert commands("a `openjupyter keys list` b\n\n   ```sh\n   openjupyter migrate\n   ```\n") == [
        "openjupyter migrate",
        "openjupyter keys list",
    ]


@pytest.mark.parametrize("page", ["README.md", "docs/operators.md", *LMS_PAGES])
def test_every_address_of_the_hub_exists(page: str) -> None:
    known = {path for path, *_ in OpenJupyterAuthenticator().get_handlers(None)}
    found = re.findall(r"(?:https://lab\.example\.org)?/hub(/lti/[a-z0-9./-]+[a-z0-9])", PAGES[page])
    assert page == "README.md" or found
    for path in found:
        assert path in known, path
