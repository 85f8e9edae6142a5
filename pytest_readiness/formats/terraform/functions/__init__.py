"""Terraform's functions. Each is what Terraform makes of its arguments, or unknown where one of them is."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

from .addresses import ADDRESSES
from .dates import DATES
from .encoding import ENCODING
from .files import OF_FILES
from .groups import GROUPS
from .numeric import NUMERIC
from .texts import TEXTS

FUNCTIONS: Mapping[str, Callable[..., Any]] = {**TEXTS, **GROUPS, **NUMERIC, **ENCODING, **ADDRESSES, **DATES}

__all__ = ["FUNCTIONS", "OF_FILES"]
