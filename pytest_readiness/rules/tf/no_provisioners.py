from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Root
from pytest_readiness.formats.terraform.style import top


@rule(
    "tf.no-provisioners",
    P3,
    on="tf.module",
    category="IaC",
    remedy="move the script to user data, an image or a pipeline",
)
def check(module: Root) -> Iterator[Finding]:
    """Nothing is provisioned with scripts.

    A provisioner runs once, is in no plan, and leaves the resource tainted when it fails. Terraform calls it a last
    resort: use cloud-init, an image or a configuration tool.

    ```hcl good
    resource "aws_instance" "web" {
      user_data = file("init.sh")
    }
    ```
    ```hcl bad
    resource "aws_instance" "web" {
      provisioner "remote-exec" {            # <--
        inline = ["apt-get update"]
      }
    }
    ```
    """
    for resource in top(module, "resource"):
        for part in resource.body.of("provisioner"):
            yield module.finding(
                f"the provisioner {' '.join(part.labels)} of {'.'.join(resource.labels)} is in no plan: nobody can review what it does",
                part.span,
            )
