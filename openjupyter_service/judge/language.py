"""The learner's language in the judge's own sentences; what authors of tests write stays as it is."""

import gettext
from pathlib import Path

_FOLDER = Path(__file__).with_name("locale")


def N_(message: str) -> str:
    """Mark a text that is translated later."""
    return message


class Speech:
    """Texts in one language, such as "de"; in English where there is no catalogue."""

    def __init__(self, language: str = "en") -> None:
        self._texts = gettext.translation("judge", _FOLDER, [language], fallback=True)

    def text(self, message: str, **values: object) -> str:
        """A text with its {placeholders} filled in."""
        return self._texts.gettext(message).format(**values)


ENGLISH = Speech()
