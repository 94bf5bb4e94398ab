def double(number):
    return [0] * 5_000_000


# %%
def steady():
    return "steady"
