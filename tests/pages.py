"""The pages of documentation as tests read them: sections, tables, code blocks."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGES = {
    path.relative_to(ROOT).as_posix(): path.read_text()
    for path in [ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md"))]
}
"""Path → text."""


def section(page: str, heading: str) -> str:
    """The text below a heading, up to the next heading of any level."""
    match = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", without_code(PAGES[page]), re.MULTILINE | re.DOTALL)
    assert match, f"{page} has no heading {heading}"
    return match[1]


def whole_section(page: str, heading: str) -> str:
    """The text below a heading of level two, its subsections included."""
    match = re.search(
        rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", without_code(PAGES[page]), re.MULTILINE | re.DOTALL
    )
    assert match, f"{page} has no heading {heading}"
    return match[1]


def without_code(text: str) -> str:
    """The text without its code blocks, whose comments would look like headings."""
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def rows(text: str) -> list[list[str]]:
    """The cells of all tables in a text, heads and rules left out."""
    lines = [line.strip() for line in text.splitlines()]
    found = []
    for number, line in enumerate(lines):
        is_head = number + 1 < len(lines) and lines[number + 1].startswith("|--")
        if line.startswith("|") and not line.startswith("|--") and not is_head:
            found.append([cell.strip() for cell in line.strip("|").split("|")])
    return found


def names(cells: list[str]) -> set[str]:
    """What stands in backticks in these cells."""
    return {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}


def code_blocks(page: str, language: str) -> list[str]:
    """The page's code blocks of a language, in their order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGES[page], re.MULTILINE | re.DOTALL)


def titled_blocks(page: str) -> list[tuple[str, str]]:
    """Title and text of the page's code blocks that have a title, in their order."""
    return re.findall(r'^```\w+ title="([^"]+)"\n(.*?)^```$', PAGES[page], re.MULTILINE | re.DOTALL)
