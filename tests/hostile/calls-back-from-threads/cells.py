from concurrent.futures import ThreadPoolExecutor


def apply(function, values):
    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(function, values))
