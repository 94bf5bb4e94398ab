notebook = notebook_of(cells_of("# " + "x" * 11_000_000))
