"""Whether a packed body ends before what was packed in it does. Pure."""

import zlib

__all__ = ["breaks_off"]

_GZIP = frozenset({"gzip", "x-gzip"})
_GZIP_WINDOW = 16 + zlib.MAX_WBITS
_PIECE = 256 * 1024
_MOST = 64 * 1024 * 1024
# Servers leave the checksum out that would end the stream: what ends as its kind ends is whole.
_ENDS = (b"</html>", b"</rss>", b"</feed>", b"</urlset>", b"</sitemapindex>", b"</rdf:rdf>", b"}", b"]")
_LONGEST_END = 64


def breaks_off(body: bytes, encoding: str) -> bool:
    """Return whether `body`, packed as `encoding` says, breaks off in the middle: a store on the way kept a part of it.

    Half a list or half an article can look like a whole one. Only gzip is looked into; what is no gzip at all, and what
    unpacks to more than 64 MiB, is for others to refuse.
    """
    if not body or encoding.strip().lower() not in _GZIP:
        return False
    stream, unpacked, tail = zlib.decompressobj(_GZIP_WINDOW), 0, b""
    try:
        piece = stream.decompress(body, _PIECE)
        while piece and unpacked < _MOST:
            unpacked += len(piece)
            tail = (tail + piece)[-_LONGEST_END:]
            piece = stream.decompress(stream.unconsumed_tail, _PIECE)
    except zlib.error:
        return False
    return not stream.eof and unpacked < _MOST and not tail.rstrip().lower().endswith(_ENDS)
