cells = []
for number in range(1_000):
    cells.append({"cell_type": "code", "metadata": {}, "source": f"n = {number}"})
    cells += [{"cell_type": "code", "metadata": {}, "source": " " * k} for k in range(4)]
    cells += [{"cell_type": "markdown", "metadata": {}, "source": f"# Title {number}"}] * 4
    cells.append({"cell_type": "raw", "metadata": {}, "source": "n = 0"})
notebook = notebook_of(cells[:-1] + cells_of("""
def double(number):
    return 2 * number if n == 999 else n


def steady():
    return "steady"
"""))
