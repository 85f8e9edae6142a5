from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.terraform.accounts import aws_home
from pytest_readiness.formats.terraform.accounts import aws_roots
from pytest_readiness.formats.terraform.blocks import Repository

_BOTH = r"amazon-cloudwatch-observability"
_LOGS = re.compile(rf"aws-for-fluent-bit|cloudwatch-agent|cloudwatch_logs|{_BOTH}")
_TRACES = re.compile(rf"aws-otel-collector|\badot\b|aws-xray-daemon|xray-daemon|awsxray|{_BOTH}", re.IGNORECASE)


def runs_aws(repository: Repository) -> bool:
    return bool(aws_roots(repository))


@rule(
    "tf.aws-observability-backend",
    P3,
    on="tf.repository",
    when=runs_aws,
    category="Monitoring & Observability",
    remedy="deploy Fluent Bit and the ADOT collector, or the add-on amazon-cloudwatch-observability",
    effort="1d",
    needs="backend",
)
def check(repository: Repository, project: Project, *, backend: str = "") -> Iterator[Finding]:
    """Logs and traces reach CloudWatch and X-Ray where they are the chosen backend.

    Asked where the option `backend` is `aws`: a decision for CloudWatch is of use only when something ships logs and
    traces there, such as Fluent Bit, the CloudWatch agent, the ADOT collector or the EKS add-on.

    ```hcl good
    provider "aws" {}
    resource "aws_eks_addon" "observability" {
      addon_name = "amazon-cloudwatch-observability"
    }
    ```
    ```yaml with readiness.yaml
    options:
      tf.aws-observability-backend:
        backend: aws
    ```
    ```hcl bad
    provider "aws" {}                      # <--
    resource "aws_eks_cluster" "main" {}
    ```
    ```yaml with readiness.yaml
    options:
      tf.aws-observability-backend:
        backend: aws
    ```
    """
    if backend != "aws":
        return
    texts = [project.glance(path) for path in project.paths if path.endswith((".tf", ".tofu", ".yaml", ".yml"))]
    missing = [kind for kind, pattern in (("logs", _LOGS), ("traces", _TRACES)) if not any(pattern.search(text) for text in texts)]
    if missing:
        yield repository.finding(f"nothing ships {' and '.join(missing)} to AWS, the chosen backend", aws_home(repository))
