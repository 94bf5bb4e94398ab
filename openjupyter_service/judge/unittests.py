"""Failures of `unittest.TestCase` assertions: their text shows values, so that the author's part is told apart."""

import dis
from types import CodeType, TracebackType
from typing import Any
from unittest.util import safe_repr

_MODULE = ("unittest.case",)


def failed_call(
    traceback: TracebackType | None, modules: tuple[str, ...] = _MODULE
) -> tuple[CodeType, dict[str, Any]] | None:
    """The assertion that a test called and that failed: its code, such as that of assertEqual, and local variables.

    Args:
        traceback: that of the exception
        modules: names, or beginnings of names, of the library's modules

    Returns:
        None when it was not this library that raised. The frames of unittest's own runner, around the test, are left
        out: it is the last stay in these modules that counts.
    """
    found = None
    inside = False
    while traceback:
        frame = traceback.tb_frame
        was_inside, inside = inside, str(frame.f_globals.get("__name__")).startswith(modules)
        if inside and not was_inside:
            found = frame
        traceback = traceback.tb_next
    return (found.f_code, dict(found.f_locals)) if found and inside else None


def author_text(error: BaseException) -> str:
    """The text that the test's author gave to the assertion; "" when there is none, or it was not unittest's."""
    call = failed_call(error.__traceback__)
    if call is None:
        return ""
    code, names = call
    # Of a `with self.assertRaises(…, msg="text")` the context remembers the text.
    message = getattr(names.get("self"), "msg", None) if code.co_name == "__exit__" else names.get("msg")
    if not isinstance(message, str):
        return ""
    if not any(step.opname == "STORE_FAST" and step.argval == "msg" for step in dis.get_instructions(code)):
        return message
    # Some put words of their own, with values, in front of the author's.
    try:
        theirs = _OWN_WORDS[code.co_name](names)
    except Exception:
        return ""
    return message.removeprefix(f"{theirs} : ") if message.startswith(f"{theirs} : ") else ""


_OWN_WORDS = {
    "assertTrue": lambda names: f"{safe_repr(names['expr'])} is not true",
    "assertFalse": lambda names: f"{safe_repr(names['expr'])} is not false",
    "assertNotEqual": lambda names: f"{safe_repr(names['first'])} == {safe_repr(names['second'])}",
    "assertAlmostEqual": lambda names: str(names["standardMsg"]),
    "assertNotAlmostEqual": lambda names: str(names["standardMsg"]),
}
