# %% plain
# %%
import io
import sys

sys.stderr = open("errors.txt", "w")
sys.stdout = io.StringIO()
print("nobody sees this")
# %%
greet("nobody")
# %%
%matplotlib inline
1 / 0
