# %%
%%writefile tools.py
def count_words(text):
    counts = {}
    for word in text.split():
        counts[word] = counts.get(word, 0) + 1
    return counts
# %%
from tools import count_words


class Work:
    limit = 50

    def mean(self, numbers):
        return sum(numbers) / len(numbers)

    @staticmethod
    def is_even(number):
        return number % 2 == 0

    @classmethod
    def passed(cls, points):
        return [each >= cls.limit for each in points]


work = Work()
mean, is_even, passed = work.mean, work.is_even, work.passed
largest = max
# %% plain total_by_city greet factorial
