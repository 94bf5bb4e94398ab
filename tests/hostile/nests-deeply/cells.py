def double(number):
    nested = 2 * number
    for level in range(20_000):
        nested = [nested] if level % 3 else {"level": nested} if level % 2 else (nested,)
    return nested


# %%
def steady():
    error = None
    for level in range(20_000):
        outer = ValueError("steady")
        outer.__cause__ = error
        error = outer
    raise error
