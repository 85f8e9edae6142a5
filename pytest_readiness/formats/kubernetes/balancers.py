"""What the annotations of clouds say of load balancers."""

from __future__ import annotations

import re

_SCOPE = re.compile(
    r"(?:load-balancer-internal|internal-load-balancer|load-balancer-type|load-balancer-scheme|/scheme|/load-balancer-network-type)$"
).search
_INSIDE = ("true", "internal", "0.0.0.0/0", "vpc")


def says_internal(annotation: str, value: object) -> bool:
    """Whether an annotation keeps a load balancer inside of the own network."""
    return _SCOPE(annotation) is not None and str(value).lower() in _INSIDE
