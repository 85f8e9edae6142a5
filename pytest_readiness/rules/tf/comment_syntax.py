from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Root
from pytest_readiness.formats.terraform.style import marks


@rule(
    "tf.comment-syntax",
    P3,
    on="tf.module",
    category="IaC",
    remedy="write the comment with #",
    aliases=("tflint:terraform_comment_syntax",),
)
def check(module: Root) -> Iterator[Finding]:
    """Comments begin with #.

    One form of comment reads and searches better than three; `#` is the one of the style guide.

    ```hcl good
    # what it is for
    locals {}
    ```
    ```hcl bad
    /* what it is for */                      # <--
    locals {}
    ```
    """
    for place in marks(module, "comment"):
        yield module.finding("the comment does not begin with #", place)
