def double(number):
    return 2 * number


def steady():
    return "steady"

# %%
raise ValueError("long " * 1_000_000)
