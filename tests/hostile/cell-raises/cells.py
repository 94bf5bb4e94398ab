1 / 0
# %%
def double(number):
    return 2 * number


def steady():
    return "steady"
