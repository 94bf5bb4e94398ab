# %%
import locale
import os
import time

os.environ["HOME"] = "/Users/ada"
os.environ["PATH"] = "/opt/homebrew/bin"
os.environ["TZ"] = "Asia/Kolkata"
os.environ["LANG"] = os.environ["LC_ALL"] = "de_DE.UTF-8"
os.environ["MPLBACKEND"] = "TkAgg"
os.environ["OMP_NUM_THREADS"] = "64"
os.environ["PYTHONHASHSEED"] = "1"
time.tzset()
os.umask(0o077)
# %%
for name in ("", "de_DE.UTF-8", "C"):
    locale.setlocale(locale.LC_ALL, name)
# %% plain
# %%
pd.set_option("display.max_rows", None, "display.float_format", "{:,.2f} €".format)
np.set_printoptions(precision=1, legacy="1.13")
total_by_city(pd.DataFrame({"city": ["Rome"], "sold": [3.25]}))
