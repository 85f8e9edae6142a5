"""What a secret looks like: names that hold one, values that are none, and tokens recognised by their form."""

from __future__ import annotations

import re
from itertools import pairwise

_WORD_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+")
_WORDS = frozenset(
    "password passwords passwd pwd passphrase secret secrets token tokens credential credentials apikey accesskey secretkey privatekey".split()
)
_PAIRS = frozenset(
    [
        ("api", "key"),
        ("access", "key"),
        ("private", "key"),
        ("secret", "key"),
        ("encryption", "key"),
        ("signing", "key"),
        ("auth", "key"),
        ("account", "key"),
        ("jwt", "key"),
        ("master", "key"),
        ("batch", "key"),
        ("key", "content"),
        ("connection", "string"),
    ]
)
# endings and companions that say the value is about a secret, not one
_ABOUT = frozenset(
    "file files path dir location name names arn id ids size length type types expire expires expiry expiration ttl duration timeout"
    " url uri endpoint host user username issuer audience algorithm alg version count limit rotation enabled required policy prefix"
    " suffix header field column ref reference provider manager store class mount method mode format encoding scope scopes"
    " min max days hours minutes seconds hash salt rounds generation management".split()
)
_PLACEHOLDER = re.compile(
    r"(change[-_ ]?(me|this|it)?.*|replace.*|your[-_ ].*|<.*>|\[.*\]|x{3,}.*|\*{3,}|\.{3,}|example.*|dummy.*|test|todo.*|fixme.*|placeholder.*"
    r"|insert[-_ ].*|put[-_ ].*|fill[-_ ].*|none|null|undefined|secret[-_ ]?here.*|my[-_](password|secret|token)|redacted.*)",
    re.IGNORECASE,
)
_INTERPOLATION = re.compile(r"\$\{.*\}|\$\(.*\)|\$[A-Za-z_]\w*|\{\{.*\}\}|%\(?\w+\)?s|%\w+%|@\w+@")
_REFERENCE = re.compile(r"(op|vault|ref\+\w+|secretsmanager|ssm|arn|projects|keyvault|awskms|gcpkms)(:|/)|sm://|ENC\[|AQICA", re.IGNORECASE)
_URL_PASSWORD = re.compile(r"[a-z][a-z0-9+.-]{0,30}://[^\s:/?#@'\"]{0,200}:(?P<password>[^\s@/'\"]+)@", re.IGNORECASE)
_PAIR_PASSWORD = re.compile(r"(?:^|[;\s])(?:password|pwd|accountkey|sharedaccesskey)[ \t]*=[ \t]*(?P<password>[^;\s]*)", re.IGNORECASE)
_FLAG_PASSWORD = re.compile(
    r"--?(?:[a-z0-9]{1,30}[-_]){0,5}(?:password|passwd|pass|secret|token|api[-_]key|requirepass)[= ]+(?P<password>[^\s'\"|;&]+|'[^']*'|\"[^\"]*\")",
    re.IGNORECASE,
)

TOKENS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("AWS access key", r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b"),
        ("GitHub token", r"\bgh[pousr]_[A-Za-z0-9]{36,251}\b|\bgithub_pat_[A-Za-z0-9_]{60,}\b"),
        ("GitLab token", r"\bglpat-[A-Za-z0-9_-]{20,}\b"),
        ("Slack token", r"\bxox[abprs]-[A-Za-z0-9-]{10,}\b"),
        ("Slack webhook", r"https://hooks\.slack\.com/services/T[A-Za-z0-9_]+/B[A-Za-z0-9_]+/[A-Za-z0-9_]{16,}"),
        ("Stripe key", r"\b[sr]k_live_[A-Za-z0-9]{20,}\b"),
        ("Google API key", r"\bAIza[A-Za-z0-9_-]{35}\b"),
        ("npm token", r"\bnpm_[A-Za-z0-9]{36}\b"),
        ("PyPI token", r"\bpypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,}"),
        ("Vault token", r"\bhv[sb]\.[A-Za-z0-9_-]{24,300}"),
        ("Terraform Cloud token", r"\b[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,70}"),
        ("New Relic key", r"\bNRAK-[A-Za-z0-9]{27}\b"),
        ("Twilio key", r"\bSK[0-9a-fA-F]{32}\b"),
        ("private key", r"-{3,5}BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-{3,5}"),
    )
)


def words(name: str) -> tuple[str, ...]:
    """The lower-case words of a name in any style: ``dbPassword``, ``DB_PASSWORD``, ``db-password``."""
    return tuple(word.lower() for word in _WORD_BOUNDARY.split(name) if word)


def is_secret_name(name: str) -> bool:
    """Whether a variable or field of this name holds a secret (``DB_PASSWORD``), not a fact about one (``TOKEN_TTL``)."""
    parts = words(name)
    if not parts or parts[-1] in _ABOUT or "public" in parts:
        return False
    if parts[-1] in ("pass", "pw"):  # DB_PASS, not PASS_THROUGH
        return True
    return any(part in _WORDS for part in parts) or any(pair in _PAIRS for pair in pairwise(parts))


def is_auth_pair_name(name: str) -> bool:
    """Whether the name ends in AUTH: a value like ``user/password`` or ``user:password`` is then a secret."""
    return words(name)[-1:] == ("auth",)


def is_placeholder(value: str) -> bool:
    """Whether a value only stands for one to be filled in: ``changeme``, ``<token>``, ``your-key``."""
    return bool(_PLACEHOLDER.fullmatch(value.strip().strip("'\"")))


def is_interpolated(value: str) -> bool:
    """Whether the value is wholly made of interpolations, so that no secret is written here."""
    text = value.strip().strip("'\"")
    if len(text) > 10_000:  # no name of a variable is that long, and the pattern would take quadratic time
        return False
    return bool(_INTERPOLATION.search(text)) and not _INTERPOLATION.sub("", text).strip(":/@-_. ")


def is_reference(value: str) -> bool:
    """Whether the value names or encrypts a secret kept elsewhere: ``vault:``, ``op://``, an ARN, SOPS."""
    return bool(_REFERENCE.match(value.strip().strip("'\"")))


def url_password(value: str) -> str | None:
    """The literal password in a URL (``scheme://user:password@host``), None without one."""
    found = _URL_PASSWORD.search(value)
    return found["password"] if found and not is_interpolated(found["password"]) else None


def flag_password(value: str) -> str | None:
    """The literal value of a ``--password``-like flag in a command line, None without one."""
    found = _FLAG_PASSWORD.search(value)
    return found["password"] if found and not is_interpolated(found["password"]) else None


def known_token(value: str) -> str | None:
    """What kind of token the text holds, by its form; None when it holds none."""
    return next((name for name, pattern in TOKENS if pattern.search(value)), None)


def _connection_password(text: str) -> str | None:
    """The password in a connection string, in either form (``scheme://user:password@host``, ``Host=..;Password=..``), literal or not."""
    found = _URL_PASSWORD.search(text) or _PAIR_PASSWORD.search(text)
    return found["password"].strip() if found else None


def literal_secret(name: str, value: object) -> str | None:
    """Why a named value is a secret written out, or None: the sentence a finding can use.

    Empty values, interpolations, references and booleans are no secrets; a placeholder is one with a
    message of its own, because it works as a default until somebody notices.
    """
    if not isinstance(value, (str, int, float)) or isinstance(value, bool):
        return None
    text = str(value).strip()
    if not text or is_interpolated(text) or is_reference(text):
        return None
    if token := known_token(text):
        return f"{name} holds a {token}"
    if password := url_password(text):
        return f"{name} holds {'a placeholder' if is_placeholder(password) else 'a password'} in a URL"
    password = _connection_password(text)
    if password is None and words(name)[-2:] == ("connection", "string"):
        return None  # one that holds no password at all
    if password is not None:
        known = password and not is_interpolated(password) and not is_reference(password)
        return f"{name} holds {'a placeholder' if is_placeholder(password) else 'a password'} in a connection string" if known else None
    if is_secret_name(name) or (is_auth_pair_name(name) and re.search(r"[:/]", text)):
        if text.lower() in ("true", "false", "yes", "no", "0", "1"):
            return None
        return f"{name} holds {'a placeholder where a secret belongs' if is_placeholder(text) else 'a literal secret'}"
    return None


def masked(text: str) -> str:
    """The text with every recognised token cut to its first four characters, for showing it."""
    for _, pattern in TOKENS:
        text = pattern.sub(lambda match: match[0][:4] + "…", text)
    return text
