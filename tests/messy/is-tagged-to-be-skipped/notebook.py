"""Tags of nbclient, nbconvert, papermill and Jupyter Book on the cells that hold the work."""

tags = ["skip-execution", "remove-cell", "injected-parameters", "parameters", "hide-input", "raises-exception", "skip"]
cells = cells_of("# %% plain\n")
for number, cell in enumerate(cells):
    cell["metadata"] = {"tags": [tags[number % len(tags)]], "editable": False, "deletable": False}
cells[-1]["metadata"]["tags"] = ["skip-execution"]
notebook = notebook_of(cells)
