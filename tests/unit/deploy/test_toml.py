import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.toml import dumps

keys = st.from_regex(r"[a-z_]{1,10}", fullmatch=True)
text = st.text(alphabet=st.characters(exclude_categories=["Cs"]))
scalars = st.one_of(
    text, st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False, allow_infinity=False)
)
values = st.one_of(scalars, st.lists(text, max_size=3))
tables = st.dictionaries(keys, values, max_size=4)
documents = st.dictionaries(
    keys,
    st.one_of(
        values, st.dictionaries(keys, st.one_of(values, tables), max_size=3), st.lists(tables, min_size=1, max_size=3)
    ),
)


@given(documents)
def test_what_is_written_is_read_back(document: dict) -> None:
    assert tomllib.loads(dumps(document)) == document


def test_nothing_is_left_out_silently() -> None:
    with pytest.raises(TypeError):
        dumps({"secret": None})
