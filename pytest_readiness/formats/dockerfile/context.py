"""What surrounds a Dockerfile: its build context with secret files and ignore file, and what builds it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

from ...model import ParseFailure
from ...project import Project
from ...project import once
from ...syntax.yaml import get
from ...unknown import Unknown

_SECRET_FILE = re.compile(
    r"(?P<pem>[^/]+\.pem)|[^/]+\.key|id_(?:rsa|dsa|ecdsa|ed25519)|ssh_host_\w+_key|\.htpasswd|\.netrc|\.pgpass|\.env(?:\.(?P<env>.+))?",
    re.IGNORECASE,
)
_PUBLIC_WORDS = re.compile(r"(?i)(^|[-_.])(ca|certs?|certificates?|chain|fullchain|bundle|public|pub|root|roots|cacerts?)([-_.]|\Z)")
_EXAMPLE_WORDS = re.compile(r"(?i)(^|[-_.])(example|sample|template|dist|schema|defaults?|test)([-_.]|\Z)")


def _is_secret_name(name: str) -> bool:
    found = _SECRET_FILE.fullmatch(name)
    if not found or _EXAMPLE_WORDS.search(name):
        return False
    return not (found["pem"] and _PUBLIC_WORDS.search(name))


def secret_file(project: Project, dockerfile: str, source: str) -> str | None:
    """The source of a COPY where its name is that of a secret file, and no text of it in the project says otherwise."""
    name = source.rstrip("/").rpartition("/")[2]
    if not _is_secret_name(name):
        return None
    path = _below(dockerfile, source)
    return name if not project.exists(path) or _holds_key(project, path) else None


def _holds_key(project: Project, path: str) -> bool:
    """A certificate in a file called ``*.pem`` or ``*.key`` is none; other secret files are not looked into."""
    return not path.lower().endswith((".pem", ".key")) or "PRIVATE KEY" in project.glance(path)


def secret_files_below(project: Project, dockerfile: str, source: str) -> tuple[str, ...]:
    """The tracked secret files in a directory that a COPY takes from the build context, taken to be the Dockerfile's directory."""
    directory = _below(dockerfile, source)
    prefix = f"{directory}/" if directory else ""
    secrets = [path for path in _secret_paths(project) if path.startswith(prefix) and path != directory]
    if not secrets:
        return ()
    ignored = dockerignore(project, dockerfile)
    home = dockerfile.rpartition("/")[0]
    return tuple(path for path in secrets if not ignored(path.removeprefix(f"{home}/") if home else path))


@once
def _secret_paths(project: Project) -> tuple[str, ...]:
    tracked = project.tracked_paths
    known = () if isinstance(tracked, Unknown) else sorted(set(tracked).intersection(project.paths))
    return tuple(path for path in known if _is_secret_name(path.rpartition("/")[2]) and _holds_key(project, path))


def _below(dockerfile: str, source: str) -> str:
    """The path in the project of a COPY source, the build context being the directory of the Dockerfile."""
    parts = [part for part in f"{dockerfile.rpartition('/')[0]}/{source}".split("/") if part not in ("", ".")]
    return "/".join(parts)


def dockerignore_path(project: Project, dockerfile: str) -> str | None:
    """The ignore file of a build: the Dockerfile's own, else .dockerignore beside it or in a directory above."""
    if project.exists(f"{dockerfile}.dockerignore"):
        return f"{dockerfile}.dockerignore"
    folder = dockerfile.rpartition("/")[0]
    while True:
        path = f"{folder}/.dockerignore".lstrip("/")
        if project.exists(path):
            return path
        if not folder:
            return None
        folder = folder.rpartition("/")[0]


def dockerignore(project: Project, dockerfile: str) -> Callable[[str], bool]:
    """Whether the ignore file keeps a path, relative to the build context, out of it."""
    path = dockerignore_path(project, dockerfile)
    if path is None:
        return lambda _: False
    from pathspec import GitIgnoreSpec

    try:
        # docker matches from the root of the context, git a name at any depth
        lines = [line.strip() for line in project.glance(path).splitlines()]
        anchored = [
            f"!/{line[1:].lstrip('/')}" if line.startswith("!") else f"/{line.lstrip('/')}" for line in lines if line and line[0] != "#"
        ]
        spec = GitIgnoreSpec.from_lines(anchored)
    except ValueError:
        return lambda _: False
    return lambda name: bool(spec.match_file(name))


_AUTOMATION = re.compile(
    r"(?:.*/)?(?:\.github/(?:workflows|actions)/.+\.ya?ml|\.gitlab-ci\.ya?ml|\.circleci/config\.yml|azure-pipelines\.ya?ml|bitbucket-pipelines\.yml"
    r"|\.travis\.yml|cloudbuild\.ya?ml|buildspec\.ya?ml|Jenkinsfile|[Mm]akefile|.+\.mk|[Jj]ustfile|Taskfile\.ya?ml|.+\.sh"
    r"|docker-bake[^/]*\.(?:hcl|json)|skaffold\.ya?ml|(?:docker-)?compose[^/]*\.ya?ml)\Z"
)


@once
def automation(project: Project) -> tuple[str, ...]:
    """The files that build images: workflows, pipelines, Makefiles, scripts, bake and compose files."""
    return tuple(path for path in project.paths if _AUTOMATION.match(path))


_COMPOSE = re.compile(r"(?:.*/)?(?:docker-)?compose[^/]*\.ya?ml\Z")
_TAG_OPTION = re.compile(r"(?:^|\s)(?:-t|--tag)[= ]+[\"']?(?P<image>[\w./-]+)")


def _services(project: Project) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The services that compose files build, with the path of their file."""
    for path in project.paths:
        if not _COMPOSE.match(path):
            continue
        try:
            documents = project.documents(path)
        except ParseFailure:
            continue
        services = get(documents[0].data, "services") if documents else None
        for service in services.values() if isinstance(services, Mapping) else ():
            if isinstance(service, Mapping) and service.get("build"):
                yield path, service


def is_built_here(project: Project, name: str) -> bool:
    """Whether the repository builds an image of this name: by a Dockerfile's directory or name, Compose, or ``-t name``."""
    return name.lower() in _built_names(project)


@once
def _built_names(project: Project) -> frozenset[str]:
    names: set[str] = set()
    for path in project.files("dockerfile"):
        directory, _, file = path.lower().rpartition("/")
        names |= {directory.rpartition("/")[2], file.partition(".")[2], file.removesuffix(".dockerfile")}
    names |= {str(service.get("image", "")).partition(":")[0].lower() for _, service in _services(project)}
    for path in automation(project):
        builds = (line for line in project.glance(path).splitlines() if "build" in line)
        names |= {found["image"].lower() for line in builds for found in _TAG_OPTION.finditer(line)}
    return frozenset(names - {""})


def compose_arguments(project: Project, dockerfile: str) -> Mapping[str, str | Unknown]:
    """The build arguments that compose files pass to a Dockerfile, as far as they are written out."""
    return _compose_arguments(project).get(dockerfile, {})


@once
def _compose_arguments(project: Project) -> dict[str, dict[str, str | Unknown]]:
    found: dict[str, dict[str, str | Unknown]] = {}
    for built, name, value in _passed(project):
        earlier = found.setdefault(built, {}).setdefault(name, value)
        if isinstance(earlier, str) and earlier != value:
            found[built][name] = Unknown(f"compose files pass different values for {name}")
    return found


def _passed(project: Project) -> Iterator[tuple[str, str, str]]:
    """(Dockerfile, argument, value) of every service that passes a value."""
    for path, service in _services(project):
        context, name = get(service, "build", "context", default="."), get(service, "build", "dockerfile", default="Dockerfile")
        if not isinstance(context, str) or not isinstance(name, str) or "://" in context:
            continue
        built = posixpath.normpath(posixpath.join(posixpath.dirname(path), context, name))
        for argument, value in _pairs(get(service, "build", "args")):
            if isinstance(value, (str, int, float)) and not isinstance(value, bool) and "$" not in str(value):
                yield built, argument, str(value)


def _pairs(args: object) -> Iterable[tuple[str, Any]]:
    if isinstance(args, Mapping):
        return args.items()
    texts = [str(item) for item in args if "=" in str(item)] if isinstance(args, list) else []
    return [(text.partition("=")[0], text.partition("=")[2]) for text in texts]
