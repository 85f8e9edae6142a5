"""What hides secrets, in every way that a server, a program or a message may write them."""

from __future__ import annotations

import html
import json
import re
from base64 import b64encode
from base64 import urlsafe_b64encode
from urllib.parse import quote
from urllib.parse import quote_plus

import pytest

from pytest_readiness.secret import Mask


def test_secrets_are_masked_the_longest_first() -> None:
    assert Mask(["abcd", "abcdef", "", "a"])("x abcdef y abcd a") == "x **** y **** a"


SPECIAL = "S3cr3t/val+ue=&<q>\"x'\\y é\n"


@pytest.mark.parametrize(
    "written",
    [
        SPECIAL,
        " ".join(SPECIAL.split()),  # as messages on one line have it
        json.dumps(SPECIAL),
        json.dumps(SPECIAL, ensure_ascii=False).replace("/", "\\/"),  # as PHP writes it
        json.dumps(SPECIAL).replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003E"),  # as Go does
        repr(SPECIAL),
        repr(SPECIAL.encode()),
        json.dumps(json.dumps(SPECIAL)),
        quote(SPECIAL),
        quote(quote(SPECIAL, safe=""), safe=""),
        quote(SPECIAL, safe=""),
        re.sub("%..", lambda match: match[0].lower(), quote_plus(SPECIAL)),
        html.escape(SPECIAL),
        html.escape(SPECIAL, quote=False),
        *(b64encode(f"{before}{SPECIAL}{before}".encode()).decode() for before in ("", "me", "you", "root")),
        urlsafe_b64encode(f"me:{SPECIAL}".encode()).decode(),
        quote(b64encode(SPECIAL.encode()).decode(), safe=""),
        *(f"{quote(SPECIAL, safe='')[:cut]}…" for cut in range(5, 34)),
        f"{b64encode(SPECIAL.encode()).decode()[:9]}… and {SPECIAL[:8]}…",
    ],
)
def test_a_secret_is_masked_in_every_way_it_is_written(written: str) -> None:
    masked = Mask([SPECIAL])(f"x {written} y")
    assert masked.startswith("x ") and masked.endswith(" y") and "****" in masked
    assert not re.search("S3cr|val|UzNj|ue|MzY|zY3I", masked), masked
    assert written.endswith("…") or Mask([SPECIAL]).body(f"x {written} y".encode()).decode() == masked


@pytest.mark.parametrize(
    ("address", "text", "masked"),
    [
        ("http://me:pa55%40word@proxy.internal:3128", "proxy.internal wants pa55@word of me", "**** wants **** of me"),
        ("https://Shop.Internal/healthz", "shop.internal or Shop.Internal: /healthz fails", "**** or ****: /healthz fails"),
        ("https://hooks.internal/services/B01234567/xyz9Abcdef", "/services/B01234567/xyz9Abcdef fails", "/services/****/**** fails"),
        ("https://a.internal/?user=me&key=abc%2Fdef", "abc/def of me, abc%2Fdef", "**** of me, ****"),
        ("https://[::1/", "https://[::1/ is no url", "**** is no url"),
    ],
)
def test_an_address_is_masked_with_what_is_secret_in_it(address: str, text: str, masked: str) -> None:
    assert Mask([address])(text) == masked


@pytest.mark.parametrize("text", ["", "S3c…", "a plain message, cut…", "… S3cr is not cut"])
def test_what_is_no_secret_stands(text: str) -> None:
    assert Mask([SPECIAL])(text) == text
