# %%
import builtins

import pandas as pd


def print(*args, **kwargs):
    """Prints what it prints twice as carefully."""
    builtins.print(*args, **kwargs, flush=True)


list, str, id, type, len_ = [1, 2], "text", 7, "kind", len
print(list, str)
# %% plain mean is_even largest count_words passed total_by_city greet factorial
