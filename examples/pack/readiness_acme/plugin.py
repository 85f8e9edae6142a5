"""What pytest loads, in every run: so everything else is imported where it is needed."""

from __future__ import annotations

import dataclasses


def pytest_readiness_formats():
    from .ansible import Ansible

    return [Ansible()]


def pytest_readiness_rules():
    from .rules import ansible
    from .rules import kubernetes

    return [*ansible.RULES, *kubernetes.RULES]


def pytest_readiness_modify_rules(rules):
    """What has taken down production here once comes first."""
    from pytest_readiness import P0

    urgent = {"k8s.min-replicas", "k8s.pdb"}
    rules[:] = [dataclasses.replace(rule, priority=P0) if rule.id in urgent else rule for rule in rules]


def pytest_readiness_waivers(config):
    from .tickets import waivers

    return waivers(config.rootpath / "tickets.json")


def pytest_readiness_report():
    from .table import as_csv

    return {"acme-csv": as_csv}
