DEEP = 20_000
sources = [
    "(" * DEEP + ")" * DEEP,
    "[" * DEEP,
    "-" * DEEP + "1",
    "not " * DEEP + "1",
    "1" + "+1" * DEEP,
    "x" + ".y" * DEEP,
    "x" + "[0]" * DEEP,
    "lambda: " * DEEP + "1",
    "a = " * DEEP + "1",
    "".join(" " * depth + "if 1:\n" for depth in range(500)) + " " * 500 + "pass",
    "if 0: pass\n" + "elif 0: pass\n" * 3_000,
    'f"' + "{x:" * 1_000 + "}" * 1_000 + '"',
    "@" + "x." * DEEP + "x\ndef double(number): return 0",
    "def double(number):\n    return " + "(" * DEEP,
    "def double(number):\n    return 2 * number\n",
    '"' * 3,
]
notebook = notebook_of([])
notebook["cells"] = [
    {"cell_type": "code", "id": f"cell-{n}", "metadata": {}, "source": source, "execution_count": None, "outputs": []}
    for n, source in enumerate(sources)
]
