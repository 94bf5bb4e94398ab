def double(number):
    endless = []
    endless.append(endless)
    return endless


# %%
def steady():
    return "steady"
