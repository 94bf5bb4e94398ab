import decimal
import fractions


def double(number):
    return 1 << 10**8


# %%
def steady():
    return [1 << 10**7, fractions.Fraction(1, 3**100_000), decimal.Decimal("9e999999"), 10**5000, -(10**4300)]
