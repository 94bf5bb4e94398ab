deep = "[" * 100_000 + "]" * 100_000
cell = '{"cell_type": "code", "id": "a", "metadata": {}, "outputs": [], "execution_count": null, "source": "x = 1"}'
notebook = '{"nbformat": 4, "nbformat_minor": 5, "metadata": {"deep": ' + deep + '}, "cells": [' + cell + "]}"
