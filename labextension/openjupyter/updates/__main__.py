"""`python -m openjupyter.updates merge BASE MINE THEIRS` is Git's merge driver; `… check` is its post-merge hook."""

import sys
from pathlib import Path

from openjupyter.updates import merge
from openjupyter.updates.repository import NoRepository, Repository


def main(arguments: list[str]) -> int:
    """Run one of the two; whatever goes wrong in `check` must not make a pull fail."""
    match arguments:
        case ["merge", base, mine, theirs]:
            return merge.main([base, mine, theirs])
        case ["check"]:
            try:
                Repository(Path.cwd()).missed()
            except (NoRepository, OSError) as error:
                print(f"updates cannot be told: {error}", file=sys.stderr)
            return 0
    print("usage: python -m openjupyter.updates merge BASE MINE THEIRS | check", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
