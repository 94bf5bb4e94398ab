# %%
from IPython.core.interactiveshell import InteractiveShell

InteractiveShell.ast_node_interactivity = "all"
# %% plain
# %%
import sys

mean([1, 2])
is_even(3)
get_ipython().display_formatter.formatters["text/plain"].for_type(int, lambda value, printer, cycle: 1 / 0)
get_ipython().display_formatter.formatters["text/html"].for_type(float, lambda value: value.nothing)
12
# %%
def shown(value):
    raise ValueError("cannot show this")


sys.displayhook = shown
sys.excepthook = shown
largest([1, 2])
# %%
get_ipython().set_custom_exc((Exception,), lambda shell, kind, error, trace, tb_offset=None: print("oops", error))
undefined
# %%
factorial(3)
