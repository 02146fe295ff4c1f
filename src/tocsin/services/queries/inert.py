# SPDX-License-Identifier: Apache-2.0
"""Makes text from strangers inert for people to look at: nothing in it can hide, reorder or overwrite what is around.

Reports are stored as given, whatever they hold. Shown, every control character becomes a visible sign, and so does
every character that turns the direction of text or has no width: `safe\\u202egnp.exe` is seen for what it is. Escaping
for HTML is the template's business, isolation of direction the style sheet's.
Sources: Unicode 16 chapter 24 (control pictures), UAX 9 (bidirectional controls), "Trojan Source" (CVE-2021-42574).
"""

from __future__ import annotations

from typing import Final

_PICTURED: Final = {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\t\n"} | {0x7F: 0x2421}
"""C0 controls and DEL have pictures of their own: NUL is shown as the sign for null."""

_SPELLED: Final = (
    (0x0080, 0x009F),  # C1 controls
    (0x061C, 0x061C),  # Arabic letter mark
    (0x115F, 0x1160),  # Hangul fillers
    (0x180E, 0x180E),  # Mongolian vowel separator
    (0x200B, 0x200B),  # zero width space; the joiners U+200C and U+200D are part of real words
    (0x200E, 0x200F),  # direction marks
    (0x2028, 0x202E),  # separators, embeddings, overrides
    (0x2060, 0x206F),  # word joiner, invisible operators, isolates
    (0x3164, 0x3164),  # Hangul filler
    (0xD800, 0xDFFF),  # halves of surrogate pairs
    (0xFEFF, 0xFEFF),  # byte order mark
    (0xFFA0, 0xFFA0),  # halfwidth Hangul filler
    (0xFFF9, 0xFFFB),  # interlinear annotation
    (0xE0000, 0xE007F),  # tags
)

_SIGNS: Final[dict[int, int | str]] = {
    **_PICTURED,
    **{
        code: f"\N{LEFT CEILING}U+{code:04X}\N{RIGHT CEILING}"
        for low, high in _SPELLED
        for code in range(low, high + 1)
    },
}

_NAME_BREAKERS: Final = dict.fromkeys(map(ord, '\t\n/\\:*?"<>|'), "_")


def inert(text: str) -> str:
    """Return `text` with everything invisible or reordering made visible; line breaks and tabs stay."""
    return text.replace("\r\n", "\n").translate(_SIGNS)


def one_line(text: str) -> str:
    """Return `text` inert and on one line, for titles and names."""
    return inert(" ".join(text.split()))


def file_name(text: str, longest: int = 120) -> str:
    """Return a name that is safe to suggest to a browser and on any file system, with its last suffix kept."""
    name = inert(text).translate(_NAME_BREAKERS).strip(" .") or "file"
    if len(name) <= longest:
        return name
    stem, dot, suffix = name.rpartition(".")
    kept = f"{dot}{suffix}" if stem and len(suffix) < longest // 4 else ""
    return name[: longest - len(kept)] + kept
