import sys

sys.exit(0)
# %%
raise SystemExit("good bye")
# %%
raise KeyboardInterrupt
# %%
raise GeneratorExit
# %%
def double(number):
    return 2 * number


def steady():
    return "steady"
