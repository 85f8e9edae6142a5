from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block

MANAGED = ("GatewaySubnet", "AzureFirewallSubnet", "AzureFirewallManagementSubnet", "AzureBastionSubnet", "RouteServerSubnet")


def concerns(block: Block) -> bool:
    name = block.get("name") if block.type == "azurerm_subnet" else MANAGED[0]
    return not (isinstance(name, str) and name in MANAGED)


@rule(
    "tf.subnet-security-group",
    P2,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy="add an azurerm_subnet_network_security_group_association",
    effort="1h",
    aliases=("CKV2_AZURE_31",),
)
def check(block: Block) -> Iterator[Finding]:
    """Subnets of Azure have a network security group.

    Without one, everything in the virtual network reaches everything in the subnet. Subnets of gateways, firewalls
    and bastions, and delegated ones, have rules of their own.

    ```hcl good
    resource "azurerm_subnet" "app" {
      name = "app"
    }
    resource "azurerm_subnet_network_security_group_association" "app" {
      subnet_id                 = azurerm_subnet.app.id
      network_security_group_id = azurerm_network_security_group.app.id
    }
    ```
    ```hcl bad
    resource "azurerm_subnet" "app" {        # <--
      name = "app"
    }
    ```
    """
    if block.section.blocks("delegation") != ():
        return
    if not block.attached(("azurerm_subnet_network_security_group_association",), by="subnet_id"):
        yield block.finding("no network security group: everything in the network reaches it")
