"""Objects wherever they stand, without rendering or building what surely holds none of them.

A rule about one thing asks here, so that selecting a manifest runs no tool for all charts and overlays beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...project import Project
from ...project import once
from .objects import Object


@once
def mentioning(project: Project, id: str) -> tuple[str, ...]:
    """The manifests and templates whose text holds objects of an API group and kind, whatever decides whether they are made."""
    group, _, kind = id.rpartition("/")
    of_group = re.compile(rf"\bapiVersion[\"']?\s*:\s*[\"']?{re.escape(group)}/")
    of_kind = re.compile(rf"\bkind[\"']?\s*:\s*[\"']?{re.escape(kind)}\b")
    texts = ((path, project.glance(path)) for name in ("kubernetes", "helm") for path in project.files(name))
    return tuple(path for path, text in texts if kind in text and of_kind.search(text) and of_group.search(text))


def objects_everywhere(project: Project, id: str, kind: str = "k8s.object") -> Iterator[Object]:
    """The objects of an API group and kind as resources of a kind, by path: of files, and of the charts and overlays that mention one."""
    paths = mentioning(project, id)
    for place in sorted({*paths, *(home for path in paths for home in project.homes_of(path))}):
        contents = project.contents(place)
        for resource in contents.resources if contents else ():
            if resource.kind == kind and isinstance(resource, Object) and resource.id == id:
                yield resource
