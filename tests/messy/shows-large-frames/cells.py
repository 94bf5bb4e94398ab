# %% plain
# %%
large = pd.DataFrame(np.arange(500_000).reshape(-1, 5), columns=list("abcde"))
large
# %%
pd.set_option("display.max_rows", None)
large.head(5_000)
# %%
from IPython.display import HTML

HTML(large.head(20_000).to_html())
