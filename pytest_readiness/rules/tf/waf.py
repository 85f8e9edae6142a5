from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.settings import holds
from pytest_readiness.formats.terraform.settings import is_set
from pytest_readiness.formats.terraform.settings import is_true


def concerns(block: Block) -> bool:
    return block.type in ("azurerm_application_gateway", "azurerm_frontdoor")


@rule(
    "tf.waf",
    P2,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy="set firewall_policy_id, or waf_configuration",
    effort="1d",
    aliases=("CKV_AZURE_120", "CKV_AZURE_121"),
)
def check(block: Block) -> Iterator[Finding]:
    """Public gateways have a web application firewall.

    A firewall that knows HTTP stops the attacks that every scanner tries, until the application is patched.

    ```hcl good
    resource "azurerm_application_gateway" "main" {
      firewall_policy_id = azurerm_web_application_firewall_policy.main.id
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
    if block.type == "azurerm_application_gateway":
        policy, old = block.get("firewall_policy_id"), block.get("waf_configuration", "enabled")
        if not (policy is not None and holds(policy, is_set)) and not (old is not None and holds(old, is_true)):
            yield block.finding("no web application firewall stands before it", block.at("waf_configuration", "enabled"))
    for endpoint in block.blocks("frontend_endpoint"):
        if not holds(endpoint.get("web_application_firewall_policy_link_id"), is_set):
            yield block.finding("no web application firewall stands before the endpoint", endpoint.span)
