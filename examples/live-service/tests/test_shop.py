"""Ordinary tests; one of them decides a criterion."""

from __future__ import annotations

import json
import os
import urllib.request

import pytest


@pytest.mark.readiness("live.core-services-count", priority="P1", title="orders can be read")
def test_orders_can_be_read(readiness_measure) -> None:
    with urllib.request.urlopen(f"{os.environ['SHOP_URL']}/api/orders", timeout=5) as response:
        readiness_measure(len(json.load(response)["orders"]), at_least=1)
