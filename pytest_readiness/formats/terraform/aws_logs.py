"""Where services of AWS write down who called them and what they did.

Sources: the argument reference of each resource in the documentation of the provider aws 6. All of these write no
log unless they are told to, except where ``absent`` says otherwise.
"""

from __future__ import annotations

from .blocks import Block
from .settings import Setting
from .settings import Settings
from .settings import holds
from .settings import is_set
from .settings import is_true
from .settings import one_of
from .settings import setting

_EXPORTED = (setting("enabled_cloudwatch_logs_exports", "the logs to export", is_set),)


def _exports(*names: str) -> tuple[Setting, ...]:
    """One of some logs is exported."""

    def good(value: object) -> bool:
        return any(name in value for name in names) if isinstance(value, (list, str)) else False

    return (setting(_EXPORTED[0].path[0], " or ".join(names), good),)


_DESTINATION = (setting("access_log_settings.destination_arn", "an access_log_settings block", is_set),)
_BALANCER = (setting("access_logs.enabled"),)

# requests that a service answers
ACCESS_LOGS: Settings = {
    "aws_lb": _BALANCER,
    "aws_alb": _BALANCER,
    "aws_elb": (setting("access_logs.bucket", "an access_logs block", is_set), setting("access_logs.enabled", absent=True)),
    "aws_cloudfront_distribution": (setting("logging_config.bucket", "a logging_config block", is_set),),
    "aws_api_gateway_stage": _DESTINATION,
    "aws_apigatewayv2_stage": _DESTINATION,
    "aws_globalaccelerator_accelerator": (setting("attributes.flow_logs_enabled"),),
    "aws_waf_web_acl": (setting("logging_configuration.log_destination", "a logging_configuration block", is_set),),
    "aws_wafregional_web_acl": (setting("logging_configuration.log_destination", "a logging_configuration block", is_set),),
    "aws_wafv2_web_acl": (setting("logging_configuration", "an aws_wafv2_web_acl_logging_configuration", is_set),),
    "terraform-aws-modules/alb/aws": (setting("access_logs.enabled", absent=True), setting("access_logs", "access_logs", is_set)),
}

# what a service does
LOGS: Settings = {
    "aws_db_instance": _EXPORTED,
    "aws_rds_cluster": _EXPORTED,
    "aws_docdb_cluster": _exports("audit", "profiler"),
    "aws_docdb_cluster_parameter_group": (),  # see `exported`
    "aws_neptune_cluster": (setting("enable_cloudwatch_logs_exports", "audit", _exports("audit")[0].good),),
    "aws_redshift_cluster": (setting("logging.enable"),),
    "aws_cloudtrail": (setting("cloud_watch_logs_group_arn", "a CloudWatch log group", is_set),),
    "aws_appsync_graphql_api": (setting("log_config.field_log_level", "a log_config block", lambda value: bool(value != "NONE")),),
    "aws_sfn_state_machine": (setting("logging_configuration.level", 'level = "ERROR"', lambda value: bool(value != "OFF")),),
    "aws_networkfirewall_firewall": (setting("logging_configuration", "an aws_networkfirewall_logging_configuration", is_set),),
    "aws_ecs_cluster": (
        setting(
            "logging",
            'logging = "OVERRIDE"',
            one_of("DEFAULT", "OVERRIDE"),
            absent=True,
            within="configuration.execute_command_configuration",
        ),
    ),
}

# one of these must be on
_ONE_OF: dict[str, tuple[tuple[str, ...], ...]] = {
    "aws_mq_broker": (("logs", "general"), ("logs", "audit")),
    "aws_msk_cluster": tuple(("logging_info", "broker_logs", to, "enabled") for to in ("cloudwatch_logs", "firehose", "s3")),
    "aws_mwaa_environment": tuple(
        ("logging_configuration", f"{of}_logs", "enabled") for of in ("dag_processing", "scheduler", "task", "webserver", "worker")
    ),
}
LOGGED = frozenset((*LOGS, *_ONE_OF, "aws_elasticsearch_domain", "aws_opensearch_domain"))

# resources of their own that switch a log on, and the argument that names what it is the log of
_ATTACHED = {
    "aws_wafv2_web_acl": ("aws_wafv2_web_acl_logging_configuration", "resource_arn"),
    "aws_networkfirewall_firewall": ("aws_networkfirewall_logging_configuration", "firewall_arn"),
    "aws_redshift_cluster": ("aws_redshift_logging", "cluster_identifier"),
}


def logged_elsewhere(block: Block) -> bool:
    """Whether a resource of its own switches the log on."""
    if block.type == "aws_cloudfront_distribution":
        sources = block.attached(("aws_cloudwatch_log_delivery_source",), by="resource_arn")
        return any(source.attached(("aws_cloudwatch_log_delivery",), by="delivery_source_name", named=("name",)) for source in sources)
    type, by = _ATTACHED.get(block.type, ("", ""))
    return bool(type and block.attached((type,), by=by))


def says_one_of(block: Block) -> bool | None:
    """Whether one of several logs is on; None for what has but one. Raises `Unresolved` where that is not known."""
    if block.type in ("aws_elasticsearch_domain", "aws_opensearch_domain"):
        return any(holds(options.get("enabled"), is_true, absent=True) for options in block.blocks("log_publishing_options"))
    if block.type == "aws_docdb_cluster_parameter_group":
        audits = [part.get("value") for part in block.blocks("parameter") if part.get("name") == "audit_logs"]
        return any(not holds(value, one_of("disabled", "none")) for value in audits)
    paths = _ONE_OF.get(block.type)
    return None if paths is None else any(holds(block.get(*path), is_true) for path in paths)
