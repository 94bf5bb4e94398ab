def ｄｏｕｂｌｅ(number):
    return 2 * number


# %%
def 𝓼𝓽𝓮𝓪𝓭𝔂():
    return "steady"


# %%
def dоublе(number):
    for _ in range(3):
        number = 0
    return number
