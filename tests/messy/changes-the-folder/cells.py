# %%
import os
import pathlib

os.makedirs("data", exist_ok=True)
os.chdir("data")
pathlib.Path("limit.txt").write_text("50")
# %% plain imports mean is_even largest count_words
# %%
def passed(points):
    limit = int(open("limit.txt").read())
    return [each >= limit for each in points]
# %%
os.chdir("/")
os.chdir(os.path.expanduser("~"))
os.chdir("/tmp")
# %%
limit_file = pathlib.Path("limit.txt")
limit_file.write_text("50")
# %% plain total_by_city greet factorial
