"""What readers of an archive raise when it is damaged or made up."""

import struct
import zipfile
import zlib

__all__ = ["UNREADABLE_ARCHIVE"]

UNREADABLE_ARCHIVE = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)
"""Everything that the readers of zip and JSON raise then, but for `OSError`, which a sound file on a bad disk brings too."""
