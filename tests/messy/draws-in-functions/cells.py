# %% plain imports
# %%
import matplotlib.pyplot as plt
from IPython.display import HTML, Markdown, display


def mean(numbers):
    plt.figure()
    plt.hist(numbers)
    plt.show()
    return sum(numbers) / len(numbers)


def total_by_city(sales):
    display(sales)
    totals = sales.groupby("city")["sold"].sum()
    totals.plot.bar()
    display(Markdown("**totals**"), HTML("<b>totals</b>"), totals)
    return totals
# %% plain is_even largest count_words passed greet factorial
