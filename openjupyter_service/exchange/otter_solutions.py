"""Solutions in the source notebooks of `otter assign`: taken out for learners, or kept without their marks.

The rules are those of Otter 7 (otter/assign/solutions.py): regions, lines and assignments that end with `# SOLUTION`.
"""

import re

from openjupyter_service.errors import ExchangeError

_MARK = re.compile(r"# ?SOLUTION")
_TARGET = re.compile(r"[\w.]+")
_BEGIN = re.compile(r"(\s*)# BEGIN SOLUTION( NO PROMPT)?")
_SKIPPED = ("# SOLUTION NO PROMPT", "# BEGIN PROMPT", "# END PROMPT", "# SEED")


def for_learners(source: str) -> str:
    """A solution cell with prompts in place of what is solved.

    Raises:
        ExchangeError: regions that do not match
    """
    lines: list[str] = []
    inside = False
    for line in source.split("\n"):
        bare = line.rstrip()
        if bare.endswith(_SKIPPED) and not bare.endswith("# BEGIN SOLUTION NO PROMPT"):
            continue
        if bare.endswith("# END SOLUTION"):
            if not inside:
                raise ExchangeError("a cell has END SOLUTION without BEGIN SOLUTION; mend its regions")
            inside = False
        elif not inside and (begin := _BEGIN.match(line)):
            inside = True
            lines += [] if begin[2] else [f"{begin[1]}..."]
        elif not inside:
            lines.append(_without_solution(line))
    if inside:
        raise ExchangeError("a cell has BEGIN SOLUTION without END SOLUTION; mend its regions")
    return "\n".join(lines)


def solved(source: str) -> str:
    """A solution cell without marks and without prompts."""
    lines: list[str] = []
    in_prompt = False
    for line in source.split("\n"):
        bare = line.strip()
        if bare.endswith("# BEGIN PROMPT"):
            in_prompt = True
        elif bare.endswith("# END PROMPT"):
            in_prompt = False
        elif not in_prompt and not _BEGIN.match(line) and not bare.endswith("# END SOLUTION"):
            lines.append(re.sub(r"[ \t]*# ?SOLUTION(?: NO PROMPT)?[ \t]*$", "", line))
    return "\n".join(lines)


def without_ignored(source: str) -> str:
    """A cell without lines that are marked to be ignored.

    Raises:
        ExchangeError: regions that do not match
    """
    lines: list[str] = []
    inside = False
    for line in source.split("\n"):
        bare = line.rstrip()
        if bare.endswith("# END IGNORE"):
            if not inside:
                raise ExchangeError("a cell has END IGNORE without BEGIN IGNORE; mend its regions")
            inside = False
        elif re.match(r"\s*#\s*BEGIN\s*IGNORE\s*", line, flags=re.IGNORECASE):
            inside = True
        elif not inside and not bare.endswith("# IGNORE"):
            lines.append(line)
    if inside:
        raise ExchangeError("a cell has BEGIN IGNORE without END IGNORE; mend its regions")
    return "\n".join(lines)


def _without_solution(line: str) -> str:
    """A line with a prompt for what it solves: all of it, or what is right of an assignment's first `=`."""
    mark = _MARK.search(line)
    if mark is None:
        return line
    indent = line[: len(line) - len(line.lstrip())]
    end = _end_of_targets(line, len(indent))
    return f"{line[:end]} ..." if end and end <= mark.start() else f"{indent}..."


def _end_of_targets(line: str, start: int) -> int:
    """Where the `=` behind names, attributes and items with commas between them ends; 0 if there is none.

    Step by step, and not by one pattern: that would try all ways to part a line of many brackets.
    """
    at = start
    while match := _TARGET.match(line, at):
        at = _end_of_brackets(line, match.end())
        comma = re.compile(r",\s*").match(line, at)
        if comma is None:
            break
        at = comma.end()
    rest = line[at:].lstrip()
    return len(line) - len(rest) + 1 if at > start and rest.startswith("=") else 0


def _end_of_brackets(line: str, start: int) -> int:
    """Where the pairs of square brackets end that begin here."""
    at = end = start
    depth = 0
    while at < len(line) and (depth or line[at] == "["):
        depth += {"[": 1, "]": -1}.get(line[at], 0)
        at += 1
        end = at if depth == 0 else end
    return end
