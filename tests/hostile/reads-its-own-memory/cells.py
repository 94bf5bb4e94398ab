import os
import pathlib
import re

SECRETS = [re.compile(rb"okapi-\d{6}"), re.compile(rb"def test_doubl[e]"), re.compile(rb"54365[6]")]
PIECE = 2**20


def search(*processes):
    found = []
    for process in processes:
        folder = pathlib.Path("/proc", str(process))
        try:
            memory = open(folder / "mem", "rb", buffering=0)
        except OSError:
            continue
        with memory:
            for line in (folder / "maps").read_text().splitlines():
                addresses, mode = line.split()[:2]
                start, end = (int(address, 16) for address in addresses.split("-"))
                # What is mapped from files is the image's, which the case looks-for-tests searches.
                if not mode.startswith("rw") or ".so" in line or end - start > 2**28:
                    continue
                for place in range(start, end, PIECE):
                    try:
                        memory.seek(place)
                        piece = memory.read(min(PIECE, end - place))
                    except (OSError, ValueError, OverflowError):
                        continue
                    found += [match[0] for secret in SECRETS if (match := secret.search(piece))]
    return found


# %%
def double(number):
    return search(os.getpid()) or 2 * number


def steady():
    return search(os.getppid()) or "steady"
