"""Files of installed packages that a page needs: served and collected under `vendor/`, never copied by hand."""

import hashlib
import importlib.util
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage


@dataclass(frozen=True)
class PackageFile:
    """A file inside a package that is located without being imported, and whose content is pinned."""

    package: str
    inside: str
    sha256: str

    def path(self) -> Path:
        spec = importlib.util.find_spec(self.package)
        if spec is None or not spec.submodule_search_locations:
            raise FileNotFoundError(f"The package {self.package} is not installed")
        path = Path(spec.submodule_search_locations[0]) / self.inside
        if hashlib.sha256(path.read_bytes()).hexdigest() != self.sha256:
            raise ValueError(f"{self.package}/{self.inside} is not the file this project was checked with")
        return path


ECHARTS = PackageFile(
    "instaui_echarts",
    "static/echarts.esm.min.js",
    "28515f26aa57f87eb1e4ed4eb446927eaf329b5f5e02b4bfd4b0264fea40d1da",
)
VENDORED = {"echarts.esm.min.js": ECHARTS}


@cache
def located(name: str) -> Path:
    return VENDORED[name].path()


class PackageFinder(BaseFinder):
    """Serves `vendor/echarts.esm.min.js` from the package that ships it."""

    prefix = "vendor"

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        folder, _, name = str(path).partition("/")
        if folder != self.prefix or name not in VENDORED:
            return []
        found = str(located(name))
        return [found] if find_all else found

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterable[tuple[str, FileSystemStorage]]:
        for name in VENDORED:
            path = located(name)
            storage = FileSystemStorage(location=str(path.parent))
            storage.prefix = self.prefix  # type: ignore[attr-defined]
            yield path.name, storage
