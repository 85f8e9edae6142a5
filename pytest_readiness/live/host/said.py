"""What other programs say when they fail, on one line and with the likely fix."""

from __future__ import annotations

import re

from ...text import brief

_CHATTER = re.compile(r"[IWE][0-9]{4} |Defaulted container ").match  # what kubectl says besides


class NoAnswer(Exception):
    """A host did not answer, or not within what is allowed; says why."""


HINTS = (
    ("IDENTIFICATION HAS CHANGED", "if that is right, take the old key out of known_hosts and add the new one"),
    ("host key is known", "compare the key's fingerprint and add it to known_hosts"),
    ("Host key verification failed", "compare the key's fingerprint and add it to known_hosts"),
    ("not found in known_hosts", "compare the key's fingerprint and add it there"),
    ("does not match", "if that is right, take the old key out of known_hosts and add the new one"),
    ("Authentication failed", "name the key with identity_file, or load it into ssh-agent"),
    ("Permission denied", "name the key with identity_file, or load it into ssh-agent"),
    ("password is required", "let sudo ask for none there (NOPASSWD), or leave sudo out"),
    ("terminal is required", "let sudo ask for none there (NOPASSWD), or leave sudo out"),
)


def told(text: str) -> str:
    """The first line of a text that says something, with a hint where one is known."""
    line = next((found for line in text.splitlines()[:100] if (found := line.strip("@ \t\r")) and not _CHATTER(found)), "")
    line = line.removeprefix("WARNING: ").removeprefix("ssh: ").rstrip("!")
    hint = next((hint for part, hint in HINTS if part in line), "")
    return brief(line, 200) + (f": {hint}" if hint else "")
