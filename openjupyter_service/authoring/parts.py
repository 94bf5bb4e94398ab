"""Part a cell of a source: what learners get of it, what the solution has, and what is a test."""

import ast
from collections.abc import Callable
from dataclasses import dataclass

from openjupyter_service.authoring.marks import Kind, Region, find_regions, is_like_a_mark
from openjupyter_service.authoring.mistakes import CellMistake
from openjupyter_service.authoring.python import DROPPED, is_python, kept_lines, lines_in_strings, parse
from openjupyter_service.authoring.roles import Role, Tag
from openjupyter_service.authoring.source import Cell
from openjupyter_service.authoring.stub import CODE, TEXT, code_stub


@dataclass(frozen=True)
class Parts:
    """The parts of a cell; None for a notebook that does not have the cell at all.

    `test` and `hidden` keep the cell's line numbers, other lines are left out: `test` is all that a test made of this
    cell may use, `hidden` what learners must not see of it. `answer` is what only the solution has.
    """

    cell: Cell
    role: Role
    learner: str | None = None
    solution: str | None = None
    test: str = ""
    hidden: str = ""
    answer: str = ""


def part(cell: Cell, role: Role) -> Parts:
    """Part a cell.

    Raises:
        CellMistake: its marks or tags cannot be right; the text says what to do
    """
    if role.is_settings or role.tag is Tag.PRIVATE:
        return Parts(cell, role)
    regions = _regions(cell)
    _refuse_what_cannot_be(cell, role, regions)
    lines = cell.source.split("\n")
    marks = {line for region in regions for line in (region.begin, region.end)}
    kinds = {number: region.kind for region in regions for number in range(region.begin, region.end + 1)}

    def only(wanted: Callable[[Kind | None], bool]) -> str:
        """The cell with all other lines left out; empty if nothing is left."""
        kept = [number not in marks and wanted(kinds.get(number)) for number in range(1, len(lines) + 1)]
        found = [line if keep else DROPPED for line, keep in zip(lines, kept, strict=True)]
        return "\n".join(found) if any(line.strip() for line in kept_lines("\n".join(found))) else ""

    if role.tag is Tag.HIDDEN_TESTS:
        code = only(lambda kind: True)
        return Parts(cell, role, test=code, hidden=code)
    has_solution = Kind.SOLUTION in kinds.values()
    is_whole = role.tag is Tag.SOLUTION and not has_solution
    hidden = only(lambda kind: kind is Kind.HIDDEN_TESTS)
    if role.tag is Tag.TESTS or (hidden and not has_solution and not is_whole):
        test = only(lambda kind: kind in (None, Kind.HIDDEN_TESTS))
    else:
        test = hidden
    learner: str | None = _stub(cell) if is_whole else _without(cell, lines, regions)
    if hidden and not has_solution and not is_whole and not _has_code(learner):
        learner = None
    solution: str | None = _solution(cell, lines, kinds, marks)
    if hidden and not _has_code(solution):
        solution = None
    answer = only(lambda kind: kind in (None, Kind.SOLUTION) if is_whole else kind is Kind.SOLUTION)
    return Parts(cell, role, learner, solution, test, hidden, answer)


def _regions(cell: Cell) -> list[Region]:
    if not any(is_like_a_mark(line) for line in cell.source.split("\n")):
        return []
    code = cell.kind == "code" and is_python(cell.source)
    return find_regions(cell.source, lines_in_strings(cell.source) if code else ())


def _refuse_what_cannot_be(cell: Cell, role: Role, regions: list[Region]) -> None:
    tests = next((region for region in regions if region.kind is Kind.HIDDEN_TESTS), None)
    solution = next((region for region in regions if region.kind is Kind.SOLUTION), None)
    is_test = role.tag in (Tag.HIDDEN_TESTS, Tag.TESTS)
    if cell.kind != "code" and (tests is not None or is_test):
        raise CellMistake(
            tests.begin if tests else None,
            f"tests are code, and this is a {cell.kind} cell; make it a code cell, or give it the tag "
            f"“{Tag.PRIVATE}” if nobody but you should see it",
        )
    if (tests is not None or is_test) and not is_python(cell.source):
        raise CellMistake(1, "a test must be Python; take the cell magic (%%) out of this cell")
    if solution is not None and is_test:
        raise CellMistake(
            solution.begin,
            "this cell is a test and cannot hold a solution, too; write the solution in a cell of its own",
        )
    if role.tag is Tag.SOLUTION and cell.kind == "raw":
        raise CellMistake(None, "a raw cell cannot be solved; make it a code or a Markdown cell")
    for region in regions:
        if not any(line.strip() for line in cell.source.split("\n")[region.begin : region.end - 1]):
            raise CellMistake(
                region.begin, f"there is nothing between ### BEGIN {region.kind} and its end; fill it, or take both out"
            )


def _stub(cell: Cell) -> str:
    """What learners get of a cell that is a solution as a whole."""
    return CODE if cell.kind == "code" else TEXT


def _without(cell: Cell, lines: list[str], regions: list[Region]) -> str:
    """The cell as learners get it."""
    tree = _tree(cell, regions)
    found: list[str] = []
    number = 1
    while number <= len(lines):
        region = next((region for region in regions if region.begin == number), None)
        if region is None:
            found.append(lines[number - 1])
            number += 1
            continue
        if region.kind is Kind.SOLUTION:
            is_code = cell.kind == "code"
            found += code_stub(tree, lines, region.begin, region.end) if is_code else [TEXT]
        number = region.end + 1
        if region.kind is not Kind.SOLUTION and not (found and found[-1].strip()):
            # What stood around the region must not leave a gap.
            while number <= len(lines) and not lines[number - 1].strip():
                number += 1
    if not regions:
        return cell.source
    text = "\n".join(found).strip("\n")
    if tree is not None:
        _check_valid(text, regions[0], "for learners")
    return text


def _solution(cell: Cell, lines: list[str], kinds: dict[int, Kind], marks: set[int]) -> str:
    """The cell as the solution has it: without marks and hidden tests."""
    if not kinds:
        return cell.source
    kept = [
        line
        for number, line in enumerate(lines, 1)
        if number not in marks and kinds.get(number) is not Kind.HIDDEN_TESTS
    ]
    text = "\n".join(kept).strip("\n")
    if cell.kind == "code" and is_python(cell.source):
        _check_valid(text, Region(next(iter(kinds.values())), min(kinds), max(kinds)), "in the solution")
    return text


def _tree(cell: Cell, regions: list[Region]) -> ast.Module | None:
    return parse(cell.source) if regions and cell.kind == "code" and is_python(cell.source) else None


def _check_valid(text: str, region: Region, where: str) -> None:
    try:
        parse(text)
    except CellMistake as error:
        reason = error.text.removeprefix("this is no valid Python: ").partition(";")[0]
        raise CellMistake(
            region.begin,
            f"without what is between the marks this cell is no valid Python {where}: {reason}; "
            "move the marks so that whole statements stand between them",
        ) from None


def _has_code(text: str | None) -> bool:
    """Is there more than comments and empty lines?"""
    return text is not None and any(line.strip() and not line.lstrip().startswith("#") for line in text.split("\n"))
