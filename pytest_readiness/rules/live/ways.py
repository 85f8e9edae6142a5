"""A way to find something out: how it is declared, and what need not be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from typing import NamedTuple


class Way(NamedTuple):
    """How a criterion is declared for one kind of target.

    ``sample`` is a declaration as it stands in ``readiness.yaml``, in which ``RULE`` is the name of the criterion;
    ``defaults`` are keys of it that a declaration may leave out.
    """

    sample: str
    defaults: Mapping[str, Any] = {}
