from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import is_unknown
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block

_LOCAL = ("./", "../", "/", ".\\", "..\\")
_REGISTRY = re.compile(r"([\w.-]+\.[a-z]{2,}(:\d+)?/)?[0-9A-Za-z][\w-]*/[0-9A-Za-z][\w-]*/[0-9a-z]+(//.*)?").fullmatch
_GIT = re.compile(r"^(git::|git@|hg::|github\.com/|bitbucket\.org/|ssh://)|\.git(?=$|[/?])")
_MOVING = ("master", "main", "HEAD", "develop", "trunk", "default")


def is_remote(call: Block) -> bool:
    source = call.get("source")
    return isinstance(source, str) and not source.startswith(_LOCAL) and bool(_REGISTRY(source) or _GIT.search(source))


@rule(
    "tf.module-pinned",
    P2,
    on="tf.module-call",
    when=is_remote,
    category="IaC",
    remedy="give registry modules a version and Git modules a ?ref= of a tag or commit",
    aliases=("CKV_TF_2", "tflint:terraform_module_pinned_source", "tflint:terraform_module_version"),
)
def check(call: Block) -> Iterator[Finding]:
    """Modules from elsewhere are pinned to a version.

    An unpinned module changes under the next apply without a change in this repository, and whoever can push
    to it can change the infrastructure.

    ```hcl good
    module "vpc" {
      source  = "terraform-aws-modules/vpc/aws"
      version = "~> 6.0"
    }
    module "dns" {
      source = "git::https://example.com/dns.git?ref=v1.2.0"
    }
    ```
    ```hcl bad
    module "vpc" {
      source = "terraform-aws-modules/vpc/aws"                  # <--
    }
    ```
    ```hcl bad
    module "dns" {
      source = "git::https://example.com/dns.git?ref=main"      # <--
    }
    ```
    """
    source = call.get("source")
    if is_unknown(source) or (_REGISTRY(source) and not source.startswith(("github.com/", "bitbucket.org/"))):
        if call.get("version") is None:
            yield call.finding("the registry module has no version: the next init takes the newest", call.at("source"))
        return
    query = source.partition("?")[2]
    parameters = dict(pair.partition("=")[::2] for pair in query.split("&"))
    ref = parameters.get("ref") or parameters.get("rev")
    if not ref:
        yield call.finding("the module has no ?ref=: it changes whenever its repository does", call.at("source"))
    elif ref in _MOVING:
        yield call.finding(f"the module follows the branch {ref}: it changes whenever its repository does", call.at("source"))
