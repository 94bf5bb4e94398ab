# %% plain
# %%
import matplotlib.pyplot as plt

for number in range(20):
    figure, axes = plt.subplots()
    axes.plot([number, 2, 3])
    axes.set_title(f"Figure {number}")
plt.show()
# %%
plt.plot([1, 2, 3])
# %%
figure
