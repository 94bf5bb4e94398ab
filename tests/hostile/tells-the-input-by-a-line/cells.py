CELL = (lambda: None).__code__.co_filename


def double(number):
    for part in (number // 10, number // 100, number % 10_000, number % 100_000):
        # As many empty lines as it takes, with the file name of this very cell.
        source = "\n" * (part - 2) + "def fail():\n" + "    raise ValueError"
        namespace = {}
        exec(compile(source, CELL, "exec"), namespace)
        namespace["fail"]()


# %%
def steady():
    return "steady"
