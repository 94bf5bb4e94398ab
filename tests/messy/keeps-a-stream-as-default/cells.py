# %% plain imports mean is_even largest count_words passed total_by_city factorial
# %%
import functools
import sys

say = functools.partial(print, file=sys.stdout, flush=True)


def greet(name, say=say, out=sys.stdout):
    print("greeting …", file=out)
    say(f"Hello, {name}!")


# %%
greet("me")
