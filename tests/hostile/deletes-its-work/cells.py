def double(number):
    return 2 * number


def steady():
    return "steady"

# %%
globals().clear()
