"""What a kind of file is to the rest: which files it claims, which resources it finds in them."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from typing import TYPE_CHECKING
from typing import ClassVar

from ..model import ParseFailure
from ..model import Resource

if TYPE_CHECKING:
    from ..project import Project


class Format:
    """One kind of file. Derive, set ``name``, override ``claims`` and ``resources``; keep no state.

    The first format that claims a file gets it.
    """

    name: ClassVar[str]
    derived: ClassVar[bool] = False  # whether a file is made from others that are judged themselves, which its resources point at
    is_about_the_run: ClassVar[bool] = False  # whether its files tell the run what to do, so that they are no infrastructure
    kinds: ClassVar[tuple[str, ...]] = ()  # the kinds of its resources that are not built in, for criteria in YAML
    private: ClassVar[bool] = False  # whether a file may hold secrets anywhere, so that nothing around a cause is shown

    def claims(self, path: str, text: Callable[[], str]) -> bool:
        """Whether the file is of this kind: by its path, or by its text where the path does not say.

        ``text()`` reads the file (badly encoded bytes replaced), so ask the path first.
        """
        raise NotImplementedError

    def claims_in(self, path: str, text: Callable[[], str], project: Project) -> bool:
        """Like `claims`, for a kind of file that its surroundings decide; override this one only then."""
        return self.claims(path, text)

    def resources(self, path: str, project: Project) -> Iterable[Resource | ParseFailure]:
        """What rules can judge in the file, in its order.

        Raise `ParseFailure` where nothing of the file can be judged, yield it where the rest can;
        raise `Unresolved` for a text that is only whole elsewhere, such as a template.
        """
        raise NotImplementedError

    def beside(self, path: str, project: Project) -> Iterable[Resource]:
        """What rules can judge in a file of any format that could be read, beside what its own format finds there."""
        return ()

    def homes(self, project: Project) -> Iterable[str]:
        """Directories that are judged as a whole, by what is rendered or built from them: charts, overlays.

        Each is a node of its own; `resources` is asked for it as it is for a file. Where it is the root
        itself, name the file that makes it one (``Chart.yaml``).
        """
        return ()

    def homes_of(self, path: str, project: Project) -> Iterable[str]:
        """The homes through which a file is judged, so that naming the file selects what came from it."""
        return ()

    def is_made_from(self, resource: Resource, path: str, project: Project) -> bool:
        """Whether a resource of a home came from a file that `homes_of` leads to it; what stands in the file did."""
        return resource.path == path

    def mistakes(self, project: Project) -> Iterable[ParseFailure]:
        """What the settings name for this kind of file and the project does not have; ends the run before anything is judged."""
        return ()

    def repository(self, project: Project) -> Iterable[Resource]:
        """Resources for repository-wide rules; none where the repository does not use this technology."""
        return ()
