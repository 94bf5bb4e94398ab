"""The reader's language: gettext's catalogues beside this file, by what the launch has told this container."""

import gettext
import os
import re
from pathlib import Path

VARIABLE = "OPENJUPYTER_LOCALE"
"""The launch's locale, such as "de-DE". Without it gettext reads LANGUAGE, LC_ALL, LC_MESSAGES and LANG."""

_FOLDER = Path(__file__).with_name("locale")


def translations() -> gettext.NullTranslations:
    """The catalogue for the environment as it is now; English where there is none."""
    told = re.match("[A-Za-z]+", os.environ.get(VARIABLE, ""))
    return gettext.translation("client", _FOLDER, [told[0].lower()] if told else None, fallback=True)


def language() -> str:
    """The language that texts come in, as in HTML's `lang`: "en" or "de"."""
    return translations().info().get("language", "en")


def _(message: str) -> str:
    return translations().gettext(message)


def ngettext(singular: str, plural: str, count: int) -> str:
    """The form for so many, with its {count} filled in."""
    return translations().ngettext(singular, plural, count).format(count=count)


def N_(message: str) -> str:
    """Mark a text that is translated later."""
    return message


def number(value: float) -> str:
    """A number of up to six digits, with this language's decimal sign."""
    return _with_sign(f"{value:g}")


def rounded(value: float, digits: int) -> str:
    """A number with so many digits after the decimal sign."""
    return _with_sign(f"{value:.{digits}f}")


def percent(share: float) -> str:
    """A share 0..1 in whole percent."""
    # Translators: German writes a no-break space before the sign.
    return _("{number}%").format(number=f"{share * 100:.0f}")


def _with_sign(text: str) -> str:
    return text.replace(".", translations().pgettext("decimal sign", "."))
