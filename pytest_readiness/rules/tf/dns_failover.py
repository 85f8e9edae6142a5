from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.terraform.accounts import roots_on
from pytest_readiness.formats.terraform.accounts import types_of
from pytest_readiness.formats.terraform.blocks import Repository
from pytest_readiness.formats.terraform.module import Module

ROUTING = ("failover_routing_policy", "weighted_routing_policy", "latency_routing_policy")
ENTRANCES = {
    "aws": frozenset(("aws_route53_record", "aws_lb", "aws_alb", "aws_cloudfront_distribution")),
    "azurerm": frozenset(("azurerm_application_gateway", "azurerm_dns_a_record", "azurerm_dns_cname_record")),
    "google": frozenset(("google_compute_forwarding_rule", "google_dns_record_set")),
}
# what moves traffic by itself
MOVERS = (
    "aws_globalaccelerator_accelerator",
    "azurerm_cdn_frontdoor_profile",
    "azurerm_frontdoor",
    "azurerm_traffic_manager_profile",
    "google_compute_global_forwarding_rule",
)
_CUT_OVER = re.compile(r"^#+ .*\b(fail[- ]?over|cut[- ]?over|switch(ing)? (traffic|regions?))\b", re.IGNORECASE | re.MULTILINE)


def has_entrances(repository: Repository, *, kept_elsewhere: bool = False) -> bool:
    """What is ``kept_elsewhere``, in the repository of the zones, is not asked of this one."""
    return not kept_elsewhere and bool(_entrances(repository))


def _entrances(repository: Repository) -> list[Module]:
    return [root for cloud, types in ENTRANCES.items() for root in roots_on(repository, cloud) if types_of(root) & types]


@rule(
    "tf.dns-failover",
    P3,
    on="tf.repository",
    when=has_entrances,
    category="Resilience/DR",
    remedy="add failover records with health checks, or describe the cut-over in a runbook",
    effort="1d",
)
def check(repository: Repository, project: Project) -> Iterator[Finding]:
    """It is settled how traffic moves when the entrance fails.

    In an emergency nobody should have to find out which record points where. Routing with health checks, a global
    accelerator, or a section on the cut-over in a runbook count. Where another repository keeps the zones, set
    the option `kept_elsewhere`.

    ```hcl good
    provider "aws" {}
    resource "aws_route53_record" "web" {
      health_check_id = aws_route53_health_check.web.id
      failover_routing_policy {
        type = "PRIMARY"
      }
    }
    ```
    ```hcl good
    provider "azurerm" {}
    resource "azurerm_application_gateway" "main" {}
    resource "azurerm_traffic_manager_profile" "main" {
      traffic_routing_method = "Priority"
    }
    ```
    ```hcl bad
    provider "aws" {}                      # <--
    resource "aws_route53_record" "web" {
      name = "shop.example.com"
    }
    ```
    """
    for record in repository.resources("aws_route53_record"):
        if record.get("health_check_id") is not None and any(record.blocks(name) for name in ROUTING):
            return
    if repository.resources(*MOVERS):
        return
    if any(record.blocks("routing_policy") for record in repository.resources("google_dns_record_set")):
        return
    if any(path.endswith(".md") and _CUT_OVER.search(project.glance(path)) for path in project.paths):
        return
    repository.demand_all()
    yield repository.finding(
        "neither failover records nor a runbook say how traffic moves when the entrance fails", _entrances(repository)[0].home
    )
