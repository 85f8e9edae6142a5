"""Databases that survive the loss of a node."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kubernetes.objects import mappings
from pytest_readiness.formats.kubernetes.objects import whole

SIZES: dict[str, tuple[str, ...]] = {
    "postgresql.cnpg.io/Cluster": ("spec", "instances"),
    "acid.zalan.do/postgresql": ("spec", "numberOfInstances"),
    "kafka.strimzi.io/Kafka": ("spec", "kafka", "replicas"),
    "cluster.redpanda.com/Redpanda": ("spec", "clusterSpec", "statefulset", "replicas"),
    "redis.redis.opstreelabs.in/RedisCluster": ("spec", "clusterSize"),
    "redis.redis.opstreelabs.in/RedisSentinel": ("spec", "clusterSize"),
    "databases.spotahome.com/RedisFailover": ("spec", "sentinel", "replicas"),
    "rabbitmq.com/RabbitmqCluster": ("spec", "replicas"),
    "mongodbcommunity.mongodb.com/MongoDBCommunity": ("spec", "members"),
    "pxc.percona.com/PerconaXtraDBCluster": ("spec", "pxc", "size"),
    "elasticsearch.k8s.elastic.co/Elasticsearch": ("spec", "nodeSets"),
}


def applies(thing: Object) -> bool:
    if thing.id == "kafka.strimzi.io/Kafka" and thing.get("spec", "kafka", "replicas") is None:
        return False  # its node pools hold the number
    return thing.id in SIZES and thing.is_production


@rule(
    "k8s.operator-ha",
    P1,
    on="k8s.object",
    when=applies,
    category="Resilience/DR",
    remedy="raise it to three instances",
)
def check(thing: Object, *, minimum: int = 3) -> Iterator[Finding]:
    """A database cluster run by an operator has at least three members.

    Consensus needs a majority: with one or two members the loss of one stops writes, and the operator can only wait.

    ```yaml bad
    apiVersion: postgresql.cnpg.io/v1
    kind: Cluster
    metadata: {name: db}
    spec:
      instances: 1  # <--
    ```
    ```yaml good
    apiVersion: postgresql.cnpg.io/v1
    kind: Cluster
    metadata: {name: db}
    spec: {instances: 3}
    ```
    """
    keys = SIZES[thing.id]
    found = thing.get(*keys)
    size = sum(whole(entry.get("count")) or 0 for entry in mappings(found)) if keys[-1] == "nodeSets" else whole(found)
    if size is None or size < minimum:
        what = "does not say how many members it has" if size is None else f"has {size} of {minimum} members"
        yield thing.finding(f"{what}: the loss of one stops writes", thing.at(*keys) if thing.get("spec") is not None else None)
