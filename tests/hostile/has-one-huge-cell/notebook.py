lines = "\n".join(f"x{number} = {number}" for number in range(20_000))
text = "y" * 3_000_000
notebook = notebook_of(cells_of(f"""
def double(number):
    return 2 * number


def steady():
    return "steady"


text = "{text}"
{lines}
"""))
