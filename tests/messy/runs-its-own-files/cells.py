# %%
%%writefile words.py
def count_words(text):
    counts = {}
    for word in text.split():
        counts[word] = counts.get(word, 0) + 1
    return counts
# %%
import importlib
import sys

sys.path.append(".")
import words
from words import *

importlib.reload(words)
# %%
with open("more.py", "w") as file:
    file.write("def factorial(n):\n    return 1 if n == 0 else n * factorial(n - 1)\n")
%run more.py
# %%
exec("def mean(numbers):\n    return sum(numbers) / len(numbers)")
is_even = eval("lambda number: number % 2 == 0")
%load words.py
# %% plain imports largest passed total_by_city greet
# %%
%store
%history -n
%recall
