def double(number):
    raise SystemExit(0)


# %%
def steady():
    return "steady"
