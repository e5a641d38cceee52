"""Bytes -> text, newlines untouched, and never an error.

UTF-8 first: a byte-order mark stays in the text as character 0, so that offsets equal those of
`open(path, encoding="utf-8", newline="").read()`. Then UTF-16 and UTF-32, what an HTML page declares, and last what
charset-normalizer finds. Try `decode(b"caf\\xe9 noir")`.
"""

from __future__ import annotations

import codecs
import re

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w-]{3,20})", re.IGNORECASE)
_HEAD = 4096  # bytes of a page in which it declares its encoding
_SAMPLE = 200_000  # bytes that the detector looks at
_WESTERN = re.compile(r"[\x09-\x0d\x20-\x7eÀ-ÖØ-öø-ÿŒœŠšŽžŸ‘’“”„‚‹›«»–—…•€£¥§©®°±²³·¼½¾¡¿ªº™\xa0]*")
_WESTERN_SHARE = 0.12  # Western languages write at most so many of their letters outside ASCII
_ODD_SHARE = 0.5  # a UTF-8 text may hold so many broken characters for each sound one beyond ASCII


def decode(data: bytes) -> str:
    """Bytes -> text; bytes that fit no encoding become U+FFFD.

    >>> decode(b"\\xc3\\xa9"), decode(b"\\xef\\xbb\\xbfa\\r\\n"), decode(b"\\xff\\xfea\\x00"), decode(b"caf\\xe9 noir")
    ('é', '\\ufeffa\\r\\n', '\\ufeffa', 'café noir')
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    wide = _unmarked_utf16(data)
    if wide:
        return data.decode(wide, errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_legacy(data)


def paired(text: str) -> str:
    """Surrogates as what they stand for: a pair is its character, a lone one U+FFFD. Not for text that offsets count.

    JSON writes a character as a pair, other tools put a byte that they can't decode into a lone one.

    >>> paired("\\ud83c\\udf89"), paired("caf\\udce9")
    ('🎉', 'caf\ufffd')
    """
    return text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _unmarked_utf16(data: bytes) -> str:
    """UTF-16 of a Western text has a NUL in every second byte."""
    sample = data[:_HEAD]
    if len(data) % 2 or sample.count(0) < 0.3 * len(sample) or not sample:
        return ""
    return "utf-16-be" if sample[::2].count(0) > sample[1::2].count(0) else "utf-16-le"


def _decode_legacy(data: bytes) -> str:
    text = data.decode("utf-8", errors="replace")
    broken, sound = text.count("\ufffd"), sum(c > "\x7f" for c in text)
    if broken < _ODD_SHARE * (sound - broken):
        return text  # UTF-8 with a few bytes cut off or put in
    declared = _DECLARED.search(data[:_HEAD])
    if declared:
        try:
            return data.decode(declared.group(1).decode(), errors="replace")
        except LookupError:
            pass  # no such encoding: then it is for the detector
    western = data.decode("cp1252", errors="replace")
    beyond = sum(c > "\x7f" for c in western)
    if _WESTERN.fullmatch(western) and beyond <= _WESTERN_SHARE * len(western):
        return western
    return _detect(data)


def _detect(data: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(data[:_SAMPLE]).best()
    return data.decode(best.encoding if best else "cp1252", errors="replace")
