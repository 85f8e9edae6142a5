from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block


def is_remote_chart(block: Block) -> bool:
    """A chart of the repository itself has no version to pin."""
    if block.type != "helm_release":
        return False
    chart, written = block.get("chart"), block.section.expression("chart")
    local = isinstance(chart, str) and chart.startswith((".", "/"))
    return not local and not (written is not None and "path." in written.source)


@rule(
    "tf.helm-pinned",
    P3,
    on="tf.resource",
    when=is_remote_chart,
    category="IaC",
    remedy="set the version of the helm_release",
)
def check(release: Block) -> Iterator[Finding]:
    """Charts that Terraform installs have a version.

    Without one, every apply may upgrade the chart to whatever is newest.

    ```hcl good
    resource "helm_release" "ingress" {
      chart   = "ingress-nginx"
      version = "4.12.0"
    }
    ```
    ```hcl bad
    resource "helm_release" "ingress" {    # <--
      chart = "ingress-nginx"
    }
    ```
    """
    if release.get("version") is None:
        yield release.finding("no version: an apply may upgrade the chart to whatever is newest")
