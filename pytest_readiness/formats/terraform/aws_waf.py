"""What of AWS is called from the internet over HTTP, and whether a web application firewall stands before it."""

from __future__ import annotations

from .blocks import Block
from .settings import holds
from .settings import is_set
from .settings import is_true

BALANCERS = ("aws_lb", "aws_alb")
_ASSOCIATIONS = ("aws_wafv2_web_acl_association", "aws_wafregional_web_acl_association")


def is_public(block: Block) -> bool:
    """Application load balancers and APIs that are not internal, distributions anyway."""
    if block.type in BALANCERS:
        kind, internal = block.get("load_balancer_type"), block.get("internal")
        http = kind is None or bool(kind == "application")
        return http and not (internal is not None and holds(internal, is_true))
    if block.type == "aws_api_gateway_stage":
        apis = [block.module.find(address) for address in block.addresses("rest_api_id")]
        return not any(api is not None and "PRIVATE" in str(_types(api)) for api in apis)
    return block.type in ("aws_cloudfront_distribution", "aws_appsync_graphql_api")


def _types(api: Block) -> list[str]:
    types = api.get("endpoint_configuration", "types")
    return [value for value in types if isinstance(value, str)] if isinstance(types, list) else []


def has_firewall(block: Block) -> bool:
    """Whether a web ACL is associated with it."""
    if block.type == "aws_cloudfront_distribution":
        return holds(block.get("web_acl_id"), is_set)
    return bool(block.attached(_ASSOCIATIONS, by="resource_arn"))
