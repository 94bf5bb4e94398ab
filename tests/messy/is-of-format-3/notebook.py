"""A notebook as IPython 2 saved it."""

cells = [
    {"cell_type": "heading", "level": 1, "metadata": {}, "source": ["My work"]},
    *(
        {
            "cell_type": "code",
            "collapsed": False,
            "input": source.splitlines(keepends=True),
            "language": "python",
            "metadata": {},
            "outputs": [{"output_type": "pyout", "prompt_number": 3, "text": ["3"], "metadata": {}}],
            "prompt_number": 3,
        }
        for source in plain().values()
    ),
]
notebook = {
    "metadata": {"name": "messy", "signature": "sha256:0"},
    "nbformat": 3,
    "nbformat_minor": 0,
    "worksheets": [{"cells": cells, "metadata": {}}],
}
