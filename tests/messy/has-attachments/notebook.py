"""Attachments as JupyterLab stores them, in Markdown and, pasted by accident, in a code cell."""

cells = cells_of("# %% [markdown]\n# ![picture](attachment:picture.png)\n# %% [raw]\n# <b>raw</b>\n# %% plain\n")
picture = {"picture.png": {"image/png": "iVBORw0KGgo=" * 20_000}}
cells[0]["attachments"] = picture
cells[1]["metadata"]["raw_mimetype"] = "text/html"
cells[1]["metadata"]["format"] = "text/html"
cells[3]["attachments"] = picture
cells.insert(2, {"cell_type": "heading", "level": 1, "source": "A title", "metadata": {}})
notebook = notebook_of(cells)
