LINES = [f"row {n % 7} of the table, column {n % 11}, value {n * 7919 % 1000}" for n in range(30_000)]


def table():
    return "\n".join(LINES)


# %%
def rows():
    return LINES


# %%
def mapping():
    return {line: [line] * 3 for line in LINES}


# %%
def steady():
    return "steady"
