sources = [
    "# -*- coding: utf-16 -*-\r\ndef double(number):\r\n    return 2 * number\r\n",
    "\ufeff# coding: no-such-code\r\rdef steady():\r\treturn 'wrong'\r",
    "first = 1\r\nsecond = '\u2028\u2029\x0b\x85'\r\nraise ValueError(second)\r\n",
    ["def steady():\n", "\x0c    return 'steady'\\\n", "\n"],
]
notebook = notebook_of([])
notebook["cells"] = [
    {"cell_type": "code", "id": f"cell-{n}", "metadata": {}, "source": source, "execution_count": None, "outputs": []}
    for n, source in enumerate(sources)
]
