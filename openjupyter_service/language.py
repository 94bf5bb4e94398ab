"""The languages of pages and messages: gettext's catalogues beside this file, and which of them somebody reads."""

import gettext
from collections.abc import Iterator
from pathlib import Path

LANGUAGES = ("en", "de")
"""The first one is that of the sources."""

_FOLDER = Path(__file__).with_name("locale")
_MAX_HEADER = 1000


def N_(message: str) -> str:
    """Mark a text that is translated later."""
    return message


class Speech:
    """Texts and numbers in one language."""

    def __init__(self, language: str = LANGUAGES[0]) -> None:
        self.language = language
        self._texts = gettext.translation("service", _FOLDER, [language], fallback=True)

    def text(self, message: str, **values: object) -> str:
        """A text with its {placeholders} filled in, if there are values."""
        # The empty text is gettext's own: its translation is the catalogue's head.
        return filled(self._texts.gettext(message) if message else "", values)

    def plural(self, singular: str, plural: str, count: int, **values: object) -> str:
        """The form for so many, with {count} and other placeholders filled in."""
        return filled(self._texts.ngettext(singular, plural, count), {"count": count, **values})

    def number(self, value: float) -> str:
        """A number of up to six digits."""
        return f"{value:g}".replace(".", self._texts.pgettext("decimal sign", "."))

    def percent(self, share: float) -> str:
        """A share 0..1, with one digit after the decimal sign where it matters."""
        # Translators: German has a no-break space before the sign.
        return self.text(N_("{number} %"), number=self.number(round(share * 100, 1)))


def chosen(locale: str | None, accept_language: str = "") -> str:
    """One of LANGUAGES: the launch's locale, else what the browser accepts, else English.

    Args:
        locale: such as "de-DE" or "de_AT"; None when the launch has told none.
        accept_language: the HTTP header (RFC 9110, section 12.5.4).
    """
    for tag in (*([locale] if locale else []), *_accepted(accept_language)):
        language = tag.replace("_", "-").partition("-")[0].lower()
        if language in LANGUAGES:
            return language
    return LANGUAGES[0]


def _accepted(header: str) -> Iterator[str]:
    """Language tags, the most wanted first."""
    found = []
    for part in header[:_MAX_HEADER].split(","):
        tag, _, weight = part.partition(";")
        try:
            quality = float(weight.strip().removeprefix("q=")) if weight.strip() else 1.0
        except ValueError:
            continue
        if 0 < quality <= 1:
            found.append((quality, tag.strip()))
    found.sort(key=lambda each: -each[0])
    yield from (tag for _, tag in found)


def filled(text: str, values: dict[str, object]) -> str:
    """A text with its {placeholders} filled in; without values it is left as it is, braces and all."""
    return text.format(**values) if values else text
