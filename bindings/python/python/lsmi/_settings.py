"""Settings as text, which is how the library reads them in every language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def text(value: Any) -> str:
    """The text of a setting: true, 7, 0.001, frozen; ``64,64`` for several numbers, ``none`` for no numbers."""
    if isinstance(value, str):
        return value
    if value is None:
        return "none"
    # NumPy's booleans have no common base with Python's.
    if type(value).__name__ in ("bool", "bool_"):
        return str(value).lower()
    if isinstance(value, Iterable):
        return ",".join(text(item) for item in value) or "none"
    return str(value)


def pairs(settings: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Names and texts of settings."""
    return [(name, text(value)) for name, value in settings.items()]
