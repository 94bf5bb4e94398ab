cells = [{"cell_type": "code", "metadata": {}, "source": f"n = {number}"} for number in range(10_000)]
notebook = notebook_of(cells[:9_999] + cells_of("""
def double(number):
    return 2 * number if n == 9_998 else n


def steady():
    return "steady"
"""))
