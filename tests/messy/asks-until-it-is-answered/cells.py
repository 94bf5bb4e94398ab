# %% plain
# %%
while True:
    answer = input("yes or no? ")
    if answer in ("yes", "no"):
        break
    print("Please answer yes or no.")
# %%
import getpass

password = getpass.getpass("Password: ")
