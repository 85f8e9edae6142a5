"""Container image references, as Docker, Compose, Kubernetes and workflows write them."""

from __future__ import annotations

import re
from dataclasses import dataclass

MOVING = ("stable", "edge", "nightly", "main", "master", "dev", "develop")
# images of databases, caches and brokers by the directory of their data
_DATA = {
    "/var/lib/postgresql": ("postgres", "postgresql", "postgis", "pgvector", "timescaledb"),
    "/var/lib/mysql": ("mysql", "mysql-server", "mariadb", "percona", "percona-server"),
    "/data/db": ("mongo", "mongodb"),
    "/data": ("redis", "redis-stack", "redis-stack-server", "valkey", "keydb", "nats", "zookeeper", "neo4j", "minio"),
    "/var/lib/rabbitmq": ("rabbitmq",),
    "/var/lib/kafka": ("kafka", "cp-kafka"),
    "/var/lib/redpanda": ("redpanda",),
    "/opt/apache-activemq": ("activemq",),
    "/etcd-data": ("etcd",),
    "/var/lib/cassandra": ("cassandra",),
    "/var/lib/scylla": ("scylla",),
    "/opt/couchdb/data": ("couchdb",),
    "/opt/couchbase/var": ("couchbase",),
    "/var/lib/influxdb": ("influxdb",),
    "/var/lib/clickhouse": ("clickhouse-server", "clickhouse"),
    "/usr/share/elasticsearch/data": ("elasticsearch",),
    "/usr/share/opensearch/data": ("opensearch",),
    "/cockroach": ("cockroach",),
    "/var/opt/mssql": ("mssql", "azure-sql-edge"),
    "": ("memcached",),
}
_DIRECTORIES = {name: directory for directory, names in _DATA.items() for name in names}


@dataclass(frozen=True)
class Image:
    """``registry/repository:tag@digest`` taken apart; a part that is not written is empty."""

    text: str
    registry: str
    repository: str
    tag: str
    digest: str

    @property
    def name(self) -> str:
        """The last part of the repository: ``postgres`` of ``registry:5000/library/postgres:16``."""
        return self.repository.rpartition("/")[2]

    @property
    def is_latest(self) -> bool:
        """No digest, and no tag or one that says latest: whatever was pushed last."""
        return not self.digest and (not self.tag or self.tag == "latest" or self.tag.startswith("latest-"))

    @property
    def is_moving(self) -> bool:
        """No digest and a tag that is a branch of releases, such as ``stable`` or ``edge``."""
        return not self.digest and self.tag.partition("-")[0] in MOVING


def parse_image(text: str) -> Image:
    """Take a reference apart; a colon is a tag only behind the last slash (``host:5000/name`` has none)."""
    rest, _, digest = text.strip().partition("@")
    head, _, last = rest.rpartition("/")
    name, _, tag = last.partition(":")
    path = f"{head}/{name}" if head else name
    first, slash, remainder = path.partition("/")
    is_registry = bool(slash) and (first == "localhost" or bool(re.search(r"[.:]", first)))
    registry, repository = (first, remainder) if is_registry else ("", path)
    return Image(text, registry, repository, tag, digest)


def data_directory(name: str) -> str | None:
    """Where an image of a database, cache or broker keeps its data; None for any other, empty for one that keeps none."""
    return _DIRECTORIES.get(name)
