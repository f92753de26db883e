"""In what looks the pages of many forms are checked: language, theme, width.

Four of the eight pair each value with each value of the others; ``KEPT_ALL_LOOKS=1`` takes all.
"""

from __future__ import annotations

import os
from itertools import product

WIDTHS = {"desk": 1280, "phone": 390}
EVERY = list(product(("en", "zh"), ("light", "dark"), WIDTHS))
PAIRED = [
    ("en", "light", "desk"),
    ("en", "dark", "phone"),
    ("zh", "light", "phone"),
    ("zh", "dark", "desk"),
]
LOOKS = EVERY if os.environ.get("KEPT_ALL_LOOKS") else PAIRED
