"""Values are checked before they are deployed."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.helm.chart import settled_values
from pytest_readiness.formats.helm.resources import ChartFile
from pytest_readiness.formats.helm.schema import SCHEMA
from pytest_readiness.formats.helm.schema import knows
from pytest_readiness.formats.helm.schema import mistake
from pytest_readiness.formats.helm.schema import schema_of


@rule(
    "helm.values-schema",
    P2,
    on="helm.chart",
    when=lambda file, project: not file.chart.is_library and bool(settled_values(project, file.chart.file("values.yaml"))),
    category="Environment configuration",
    remedy="write a values.schema.json with a property for every value",
    effort="2h",
)
def check(file: ChartFile, project: Project) -> Iterator[Finding]:
    """A chart comes with a schema of its values.

    Without one a misspelt value is ignored in silence, and a wrong one is found by the cluster. Helm checks values against
    `values.schema.json` wherever the chart is linted, rendered or installed; values that do not fit it are a failing check of
    their own (`parses`).

    ```yaml bad
    apiVersion: v2
    name: shop  # <--
    version: 1.0.0
    ```
    ```yaml with values.yaml
    replicas: 2
    ```
    ```yaml bad
    apiVersion: v2
    name: shop
    version: 1.0.0
    ```
    ```yaml with values.yaml
    replicas: 2
    image: shop  # <--
    ```
    ```yaml with values.schema.json
    {"type": "object", "properties": {"replicas": {"type": "integer"}}}
    ```
    ```yaml good
    apiVersion: v2
    name: shop
    version: 1.0.0
    ```
    ```yaml with values.yaml
    replicas: 2
    ```
    ```yaml with values.schema.json
    {"type": "object", "properties": {"replicas": {"type": "integer"}}}
    ```
    """
    chart, schema = file.chart, schema_of(file.chart, project)
    if schema is None:
        yield file.finding(f"no {SCHEMA}: a misspelt value is ignored, a wrong one found by the cluster")
    elif problem := mistake(schema):
        yield file.finding(f"{SCHEMA} is no JSON schema: {problem}", file.span._replace(path=chart.file(SCHEMA), line=0))
    else:
        elsewhere = {"global", *(dependency.called for dependency in chart.dependencies)}
        values = settled_values(project, chart.file("values.yaml"))
        for key in values or ():
            if values is not None and key not in elsewhere and not knows(schema, key):
                yield file.finding(f"{SCHEMA} does not know the value {key}: whatever is set there is taken", values.entry(key))
