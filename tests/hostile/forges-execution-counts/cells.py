shell = get_ipython()
shell.execution_count = 10**30
# %%
shell.execution_count = -5
# %%
shell.execution_count = True
# %%
shell.execution_count = 1.5
# %%
def double(number):
    return number / 0


def steady():
    return "steady"
