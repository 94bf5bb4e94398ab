import gzip
import io
import lzma
import struct
import zipfile
import zlib

from IPython.display import Image, display


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


packer = zlib.compressobj(9)
pixels = b"".join(packer.compress(bytes(2**20)) for _ in range(100)) + packer.flush()
PNG = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 100_000, 100_000, 1, 0, 0, 0, 0))
PNG += chunk(b"IDAT", pixels[:50_000]) + chunk(b"IEND", b"")
archive = io.BytesIO()
with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
    file.writestr("zeros", bytes(20 * 2**20))
GZIP = gzip.compress(bytes(20 * 2**20))
for name, data in (("bomb.png", PNG), ("bomb.zip", archive.getvalue()), ("bomb.ipynb.gz", GZIP)):
    open(name, "wb").write(data)
display(Image(PNG))
display({"image/png": "A" * 10_000, "application/zip": "UEsDBBQ"}, raw=True)
# %%
def double(number):
    return [PNG, GZIP, lzma.compress(bytes(2**20)), archive.getvalue()]


def steady():
    return "steady"
