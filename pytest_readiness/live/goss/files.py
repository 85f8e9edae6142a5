"""Files and mounts."""

from __future__ import annotations

import re
import stat
from dataclasses import dataclass
from functools import cached_property

from .facts import Facts
from .shell import MAX_OUTPUT
from .shell import CannotHave

_TYPES = {
    stat.S_IFREG: "file",
    stat.S_IFDIR: "directory",
    stat.S_IFLNK: "symlink",
    stat.S_IFSOCK: "socket",
    stat.S_IFIFO: "pipe",
    stat.S_IFCHR: "character-device",
    stat.S_IFBLK: "block-device",
}
_ESCAPED = re.compile(r"\\([0-7]{3})")


@dataclass(frozen=True)
class _Stat:
    mode: int
    uid: int
    gid: int
    size: int
    owner: str
    group: str


class File(Facts):
    """A file, directory, link or whatever else has a path; links are not followed."""

    @cached_property
    def _path(self) -> str:
        """The path, with ``~`` and ``~user`` filled in."""
        if not self.subject.startswith("~"):
            return self.subject
        name, slash, rest = self.subject[1:].partition("/")
        return f"{self.host.user(name or None).home}{slash}{rest}"

    @cached_property
    def _stat(self) -> _Stat | None:
        said = self.run("env", "LC_ALL=C", "stat", "-c", "%f/%u/%g/%s/%U/%G", "--", self._path)
        if said.status:
            if "No such file or directory" in said.err or "Not a directory" in said.err:
                return None
            raise CannotHave(said.reason)
        mode, uid, gid, size, owner, group = said.out.strip().split("/")
        return _Stat(int(mode, 16), int(uid), int(gid), int(size), owner, group)

    @property
    def _found(self) -> _Stat:
        if self._stat is None:
            raise CannotHave(f"there is no {self._path}")
        return self._stat

    def exists(self) -> bool:
        """Whether there is such a path."""
        return self._stat is not None

    def mode(self) -> str:
        """Four digits in base eight."""
        return f"{stat.S_IMODE(self._found.mode):04o}"

    def filetype(self) -> str:
        """What sort of file it is, in the words of goss."""
        return _TYPES.get(stat.S_IFMT(self._found.mode), "file")

    def size(self) -> int:
        """Bytes."""
        return self._found.size

    def uid(self) -> int:
        """The number of the owner."""
        return self._found.uid

    def gid(self) -> int:
        """The number of the group."""
        return self._found.gid

    def owner(self) -> str:
        """The name of the owner."""
        return self._named(self._found.owner, f"uid {self._found.uid}")

    def group(self) -> str:
        """The name of the group."""
        return self._named(self._found.group, f"gid {self._found.gid}")

    @staticmethod
    def _named(name: str, number: str) -> str:
        if name == "UNKNOWN":
            raise CannotHave(f"{number} has no name there")
        return name

    def linked_to(self) -> str:
        """Where a link points to, as it is written in it."""
        if self.filetype() != "symlink":
            raise CannotHave(f"it is a {self.filetype()}, no link")
        return self.output("readlink", "--", self._path).removesuffix("\n")

    def contents(self) -> str:
        """The text of the file."""
        return self.output("head", "-c", str(MAX_OUTPUT + 1), "--", self._path)

    contains = contents  # as it was called before goss 0.4

    def md5(self) -> str:
        """The MD5 sum."""
        return self._sum("md5sum")

    def sha256(self) -> str:
        """The SHA-256 sum."""
        return self._sum("sha256sum")

    def sha512(self) -> str:
        """The SHA-512 sum."""
        return self._sum("sha512sum")

    def _sum(self, program: str) -> str:
        return self.output(program, "--", self._path).lstrip("\\").split(" ", 1)[0]


@dataclass(frozen=True)
class _Mount:
    options: tuple[str, ...]
    filesystem: str
    source: str
    super_options: tuple[str, ...]


class Mount(Facts):
    """A mount point, as the kernel lists it."""

    @cached_property
    def _mount(self) -> _Mount | None:
        for line in self.output("cat", "/proc/self/mountinfo").splitlines():
            fields = line.split(" ")
            end = fields.index("-")
            if _plain(fields[4]) == self.subject:
                return _Mount(_options(fields[5]), _plain(fields[end + 1]), _plain(fields[end + 2]), _options(fields[end + 3]))
        return None

    @property
    def _found(self) -> _Mount:
        if self._mount is None:
            raise CannotHave("nothing is mounted there")
        return self._mount

    def exists(self) -> bool:
        """Whether something is mounted there."""
        return self._mount is not None

    def opts(self) -> list[str]:
        """The options of the mount."""
        return list(self._found.options)

    def vfs_opts(self) -> list[str]:
        """The options of the file system below it."""
        return list(self._found.super_options)

    def source(self) -> str:
        """What is mounted."""
        return self._found.source

    def filesystem(self) -> str:
        """The type of the file system."""
        return self._found.filesystem

    def usage(self) -> int:
        """Per cent of the blocks that are used."""
        blocks, free = map(int, self.output("stat", "-f", "-c", "%b %f", "--", self.subject).split())
        return round((1 - free / blocks) * 100) if blocks else 0


def _plain(field: str) -> str:
    return _ESCAPED.sub(lambda code: chr(int(code[1], 8)), field)


def _options(field: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_plain(field).split(",")))
