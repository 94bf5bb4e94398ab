# %% plain imports mean is_even largest
# %%
import sys

if __name__ == "__main__":
    print("done")
    sys.exit(0)
# %% plain count_words passed total_by_city greet factorial
