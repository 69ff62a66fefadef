"""The package for Debian and its kin (UOS, Kylin): the bundle below /usr/lib, a command, an entry in the menu.

Written here and not by ``dpkg-deb``, so that every system builds the same bytes. It has no scripts of a maintainer, which
could fail: there is nothing to do but to lay files down.
"""

from __future__ import annotations

import hashlib
import platform
import shutil
import tempfile
from pathlib import Path

import packing
from picture import save_png

ARCHITECTURES = {
    "x86_64": "amd64",
    "aarch64": "arm64",
    "loongarch64": "loong64",
    "riscv64": "riscv64",
    "ppc64le": "ppc64el",
}
CONTROL = """Package: clerk
Version: {version}
Architecture: {architecture}
Maintainer: Clerk <clerk@example.invalid>
Installed-Size: {size}
Depends: libc6 (>= {libc})
Recommends: ca-certificates
Suggests: gnome-keyring | kwalletmanager, cups-client
Section: misc
Priority: optional
Description: terminal of the integrated service window (综合窗口终端)
 One window receives the papers for any of a city's service items, checks them,
 prints the right paper and goes on working when the line is down. The package
 holds everything it runs on but the C library.
"""
DESKTOP = """[Desktop Entry]
Type=Application
Name=Clerk
Name[zh_CN]=综合窗口终端
Comment=Integrated service window
Comment[zh_CN]=一个窗口，收全市各部门的件
Exec=clerk
Icon=clerk
Terminal=true
Categories=Office;
"""
COPYRIGHT = """Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: clerk
Comment: The licences of what comes with it are in /usr/lib/clerk/_internal/licenses,
 a folder for each; the list is clerk.cdx.json beside this file (CycloneDX).

Files: *
Copyright: the owners of Clerk
License: restricted
 For the service points of the city that runs it; not for publication.
"""
UNIT = "clerk-central@.service"


def write(target: Path, root: Path, program: Path, told: dict[str, str], sbom: Path, epoch: int) -> None:
    """Write the package; ``program`` is the built folder, ``told`` its ``build.json``."""
    with tempfile.TemporaryDirectory(dir=target.parent) as name:
        system, control = Path(name) / "system", Path(name) / "control"
        lay_out(system, root, program, sbom)
        control.mkdir()
        fields = {
            "version": told["version"],
            "architecture": architecture(),
            "libc": told["libc"],
            "size": size(system),
        }
        (control / "control").write_text(CONTROL.format(**fields), encoding="utf-8")
        (control / "md5sums").write_text(sums(system), encoding="utf-8")
        parts = [("control.tar.gz", packing.tar_gz(control, epoch)), ("data.tar.gz", packing.tar_gz(system, epoch))]
        packing.write_ar(target, [("debian-binary", b"2.0\n"), *parts], epoch)


def architecture() -> str:
    """Return what Debian calls this machine."""
    return ARCHITECTURES[platform.machine()]


def lay_out(system: Path, root: Path, program: Path, sbom: Path) -> None:
    """Lay the files down as they will lie in the system."""
    shutil.copytree(program, system / "usr/lib/clerk", symlinks=True)
    for folder in ("usr/bin", "usr/share/applications", "usr/share/icons/hicolor/256x256/apps", "usr/share/doc/clerk"):
        (system / folder).mkdir(parents=True)
    (system / "usr/bin/clerk").symlink_to("../lib/clerk/clerk")
    (system / "usr/share/applications/clerk.desktop").write_text(DESKTOP, encoding="utf-8")
    save_png(
        system / "usr/share/icons/hicolor/256x256/apps/clerk.png",
        program / "_internal/pylopdf_fonts_zh_cn/NotoSansSC-Regular.otf",
    )
    papers = system / "usr/share/doc/clerk"
    (papers / "copyright").write_text(COPYRIGHT, encoding="utf-8")
    shutil.copyfile(sbom, papers / "clerk.cdx.json")
    shutil.copyfile(root / "docs" / "operations.md", papers / "operations.md")
    unit = (root / "build" / "systemd" / UNIT).read_text(encoding="utf-8")
    (system / "usr/lib/systemd/system").mkdir(parents=True)
    placed = unit.replace("/usr/lib/clerk/bin/clerk ", "/usr/lib/clerk/clerk ")
    (system / "usr/lib/systemd/system" / UNIT).write_text(placed, encoding="utf-8")


def size(system: Path) -> int:
    """Return the kilobytes the files take, as Debian's policy counts them: each rounded up, folders and links as one."""
    files = (path.stat().st_size if path.is_file() and not path.is_symlink() else 1 for path in packing.entries(system))
    return sum(-(-bytes_ // 1024) for bytes_ in files)


def sums(system: Path) -> str:
    """Return the list by which an installed package is checked (``dpkg --verify``)."""
    return "".join(
        f"{hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()}  {path.relative_to(system).as_posix()}\n"
        for path in packing.entries(system)
        if path.is_file() and not path.is_symlink()
    )
