"""Assertions of nose, which no Python of today has: unittest's of the same kind stand in for them."""

import re

from openjupyter_service.exchange.notes import Notes

_IMPORT = re.compile(
    r"^(?P<indent>[ \t]*)from nose\.tools import (?P<names>\([\w,\s]{1,500}\)|[\w, \t]{1,300})[ \t]{0,50}(?:#.*)?$",
    re.MULTILINE,
)
_OTHER_IMPORT = re.compile(r"^[ \t]*(?:import|from) nose\b", re.MULTILINE)
_OTHER_NAMES = {
    "assert_equals": "assertEqual",
    "assert_almost_equals": "assertAlmostEqual",
    "assert_not_equals": "assertNotEqual",
    "assert_items_equal": "assertCountEqual",
    "assert_regexp_matches": "assertRegex",
    "eq_": "assertEqual",
    "ok_": "assertTrue",
}


def without_nose(source: str, notes: Notes) -> str:
    """A cell that imports assertions from nose.tools, with unittest's in their place."""

    def replaced(match: re.Match[str]) -> str:
        lines = ["import unittest"]
        for part in match["names"].strip("()").split(","):
            words = part.split()
            if not words:
                continue
            name, bound = words[0], words[-1]
            lines.append(f"{bound} = unittest.TestCase().{_OTHER_NAMES.get(name) or _camel_case(name)}")
        notes.changed("assertions of nose", "nose does not run on any Python of today; unittest's stand in for them")
        return "\n".join(match["indent"] + line for line in lines)

    written = _IMPORT.sub(replaced, source) if "nose" in source else source
    if _OTHER_IMPORT.search(written):
        notes.dropped(
            "what another import of nose gives", "nose does not run on any Python of today; use unittest there"
        )
    return written


def _camel_case(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(part.capitalize() for part in others)
