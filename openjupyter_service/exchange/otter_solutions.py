"""Solutions in the source notebooks of `otter assign`: taken out for learners, or kept without their marks.

The rules are those of Otter 7 (otter/assign/solutions.py): regions, lines and assignments that end with `# SOLUTION`.
"""

import re

from openjupyter_service.errors import ExchangeError

_ASSIGNMENT = re.compile(r"(\s*(?:[\w.]+(?=[^\w.])(?:\[['\"]?.*?['\"]?\])*(?:,\s*)?)+\s*=).* ?# ?SOLUTION")
_LINE = re.compile(r"(\s*).* ?# ?SOLUTION")
_BEGIN = re.compile(r"(\s*)# BEGIN SOLUTION( NO PROMPT)?")
_SKIPPED = ("# SOLUTION NO PROMPT", "# BEGIN PROMPT", "# END PROMPT", "# SEED")
_MAX_LINE = 2_000
"""Longer lines hold no mark: the patterns above look at each line more than once."""


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
    if "SOLUTION" not in line or len(line) > _MAX_LINE:
        return line
    if match := _ASSIGNMENT.match(line):
        return f"{match[1]} ..."
    if match := _LINE.match(line):
        return f"{match[1]}..."
    return line
