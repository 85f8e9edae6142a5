from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.aws_waf import has_firewall
from pytest_readiness.formats.terraform.aws_waf import is_public
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.settings import holds
from pytest_readiness.formats.terraform.settings import is_set
from pytest_readiness.formats.terraform.settings import is_true


def concerns(block: Block) -> bool:
    return block.type in ("azurerm_application_gateway", "azurerm_frontdoor") or is_public(block)


@rule(
    "tf.waf",
    P2,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy="associate a web ACL, or set firewall_policy_id",
    effort="1d",
    aliases=("CKV_AWS_68", "CKV2_AWS_28", "CKV2_AWS_29", "CKV2_AWS_33", "AWS-0011", "CKV_AZURE_120", "CKV_AZURE_121"),
)
def check(block: Block) -> Iterator[Finding]:
    """Public gateways have a web application firewall.

    A firewall that knows HTTP stops the attacks that every scanner tries, until the application is patched.

    ```hcl good
    resource "azurerm_application_gateway" "main" {
      firewall_policy_id = azurerm_web_application_firewall_policy.main.id
    }
    ```
    ```hcl good
    resource "aws_lb" "web" {}
    resource "aws_wafv2_web_acl_association" "web" {
      resource_arn = aws_lb.web.arn
      web_acl_arn  = aws_wafv2_web_acl.web.arn
    }
    ```
    ```hcl bad
    resource "aws_cloudfront_distribution" "web" {  # <--
      enabled = true
    }
    ```
    ```hcl bad
    resource "azurerm_application_gateway" "main" {  # <--
      name = "main"
    }
    ```
    ```hcl bad
    resource "azurerm_frontdoor" "main" {
      frontend_endpoint {                    # <--
        name = "main"
      }
    }
    ```
    """
    if is_public(block):
        if not has_firewall(block):
            yield block.finding("no web application firewall stands before it: attacks reach the application", block.at("web_acl_id"))
    elif block.type == "azurerm_application_gateway":
        policy, old = block.get("firewall_policy_id"), block.get("waf_configuration", "enabled")
        if not (policy is not None and holds(policy, is_set)) and not (old is not None and holds(old, is_true)):
            yield block.finding(
                "no web application firewall stands before it: attacks reach the application", block.at("waf_configuration", "enabled")
            )
    for endpoint in block.blocks("frontend_endpoint") if block.type == "azurerm_frontdoor" else ():
        if not holds(endpoint.get("web_application_firewall_policy_link_id"), is_set):
            yield block.finding("no web application firewall stands before the endpoint: attacks reach the application", endpoint.span)
