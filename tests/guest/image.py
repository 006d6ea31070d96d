"""The guest's disks: Debian's kernel, a root made once, and the project with what it imports, made at every run.

The root knows nothing of the project, so a change of the project needs no new root.
"""

import hashlib
import importlib.metadata
import os
import shutil
import subprocess
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement

REPOSITORY = Path(__file__).resolve().parents[2]
BUILD = REPOSITORY / "build" / "guest"
ROOT_PACKAGES = (
    "busybox-static",
    "dmsetup",
    "e2fsprogs",
    "fonts-babelstone-han",
    "fonts-hanazono",
    "fonts-noto-cjk",
    "iproute2",
    "kmod",
    "libccid",
    "libusb-1.0-0",
    "libzbar0",
    "mount",
    "pcscd",
    "procps",
    "python3",
    "udev",
    "usbip",
    "util-linux",
    "v4l-utils",
)
MODULES = (
    "virtio_pci", "virtio_blk", "virtio_rng", "9p", "9pnet_virtio", "ext4", "loop", "dm-flakey", "dm-log-writes",
    "veth", "sch_netem",
)  # fmt: skip
LATER_MODULES = ("uinput", "evdev", "vivid", "vhci-hcd", "usblp", "xhci-pci", "ftdi_sio")  # for whoever wants them
PROJECT_PACKAGES = (
    "kiosk",
    "sync",
    "hardware_sim",
    "provisioning",
    "terminal",
    "content",
    "drivers",
    "ui",
    "tests/guest",
)
NOT_FOR_THE_GUEST = {"PySide6-Essentials"}  # it has no screen
FIRST_STEPS = """\
#!/bin/busybox sh
/bin/busybox mount -t devtmpfs dev /dev
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sys /sys
while read -r module; do /bin/busybox insmod "/modules/$module" || echo "guest: no $module"; done < /modules/order
/bin/busybox mount -t ext4 -o ro /dev/vda /guest
/bin/busybox mount -t ext4 -o ro /dev/vdb /guest/project
/bin/busybox mount -t 9p -o trans=virtio,version=9p2000.L,cache=none results /guest/results
/bin/busybox mount -t tmpfs -o size=1600m tmpfs /guest/tmp
/bin/busybox mount -t tmpfs tmpfs /guest/run
for kept in dev proc sys; do /bin/busybox mount -o move /$kept /guest/$kept; done
exec /bin/busybox switch_root /guest /bin/sh /project/tests/guest/inside/init "$@"
"""


@dataclass(frozen=True, slots=True)
class Image:
    """What QEMU boots. `kernel_release` as `uname -r` says it."""

    kernel: Path
    initrd: Path
    root: Path
    kernel_release: str


def image() -> Image:
    """Debian's kernel and a root of its packages; from `build/guest` when nothing of the recipe has changed."""
    recipe = repr((ROOT_PACKAGES, MODULES, LATER_MODULES, FIRST_STEPS, _kernel_package()))
    directory = BUILD / f"image-of-{hashlib.sha256(recipe.encode()).hexdigest()[:12]}"
    if not directory.exists():
        draft = BUILD / "image-draft"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        _make(draft)
        for outdated in BUILD.glob("image-of-*"):
            shutil.rmtree(outdated)
        draft.rename(directory)
    release = (directory / "release").read_text("ascii")
    return Image(directory / "vmlinuz", directory / "initrd", directory / "root.ext4", release)


def project_disk(path: Path) -> None:
    """An ext4 file system with the project's packages and the wheels they import, out of this very environment."""
    staging = path.with_suffix(".staging")
    shutil.rmtree(staging, ignore_errors=True)
    for package in PROJECT_PACKAGES:
        shutil.copytree(
            REPOSITORY / package, staging / package, ignore=shutil.ignore_patterns("__pycache__", "*.qml", "*.svg")
        )
    for name in {*_distributions(extra="gateway"), "hall-terminal"}:
        for file in importlib.metadata.files(name) or ():
            if ".." not in file.parts and not file.name.startswith("__editable__"):
                target = staging / "site-packages" / file
                target.parent.mkdir(parents=True, exist_ok=True)
                if Path(file.locate()).is_file():
                    shutil.copy2(file.locate(), target)
    file_system(staging, path, size="640M")
    shutil.rmtree(staging)


def _make(directory: Path) -> None:
    package = _kernel_package()
    release = package.removeprefix("linux-image-")
    # A user without rights downloads for apt: it needs a directory that is everybody's.
    _run(["apt-get", "--option", "APT::Sandbox::User=root", "download", package], within=directory)
    (downloaded,) = directory.glob("linux-image-*.deb")
    _run(["dpkg-deb", "--extract", downloaded, directory / "kernel"])
    downloaded.unlink()
    _run(["depmod", "--basedir", directory / "kernel", release])
    shutil.copy2(directory / "kernel" / "boot" / f"vmlinuz-{release}", directory / "vmlinuz")

    tar = directory / "root.tar"
    _run(
        [
            "mmdebstrap", "--quiet", "--mode=root", "--variant=minbase", "--aptopt=Apt::Install-Recommends false",
            "--dpkgopt=path-exclude=/usr/share/doc/*", "--dpkgopt=path-exclude=/usr/share/locale/*",
            "--dpkgopt=path-exclude=/usr/share/man/*", f"--include={','.join(ROOT_PACKAGES)}",
            "--customize-hook=mkdir $1/project $1/results", "bookworm", tar,
        ]
    )  # fmt: skip
    (directory / "root").mkdir()
    _run(["tar", "--extract", "--file", tar, "--directory", directory / "root"])
    _add_modules(directory, release)
    file_system(directory / "root", directory / "root.ext4", size="1G")
    _make_initrd(directory, release)
    for bulky in (directory / "root", directory / "kernel"):
        shutil.rmtree(bulky)
    tar.unlink()
    (directory / "release").write_text(release, "ascii")


def _add_modules(directory: Path, release: str) -> None:
    """What `modprobe` finds inside, by name and by a device's ids."""
    kernel, root = directory / "kernel", directory / "root"
    for path in {path for module in LATER_MODULES for path in _with_what_it_needs(directory, release, module)}:
        target = root / path.relative_to(kernel)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target)
    for listed in (kernel / "lib" / "modules" / release).glob("modules.builtin*"):
        shutil.copy2(listed, root / "lib" / "modules" / release)
    (root / "lib" / "modules" / release / "modules.order").touch()
    _run(["depmod", "--basedir", root, release])


def _make_initrd(directory: Path, release: str) -> None:
    staging = directory / "initrd.staging"
    for folder in ("bin", "dev", "proc", "sys", "guest", "modules"):
        (staging / folder).mkdir(parents=True)
    shutil.copy2(directory / "root" / "bin" / "busybox", staging / "bin" / "busybox")
    order = list(dict.fromkeys(path for module in MODULES for path in _with_what_it_needs(directory, release, module)))
    for path in order:
        shutil.copy2(path, staging / "modules" / path.name)
    (staging / "modules" / "order").write_text("".join(f"{path.name}\n" for path in order), "ascii")
    init = staging / "init"
    init.write_text(FIRST_STEPS, "ascii")
    init.chmod(0o755)
    names = "".join(f"{path.relative_to(staging)}\n" for path in sorted(staging.rglob("*")))
    archive = subprocess.run(
        ["cpio", "--quiet", "--create", "--format=newc"],
        cwd=staging,
        input=names.encode(),
        check=True,
        capture_output=True,
    )
    (directory / "initrd").write_bytes(archive.stdout)
    shutil.rmtree(staging)


def _with_what_it_needs(directory: Path, release: str, module: str) -> Iterator[Path]:
    command = ["modprobe", "--dirname", str(directory / "kernel"), "--set-version", release, "--show-depends", module]
    for line in subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines():
        kind, _, path = line.strip().partition(" ")
        if kind == "insmod":
            yield Path(path.split()[0])


def _kernel_package() -> str:
    """Debian's kernel of today, as `linux-image-amd64` names it."""
    said = subprocess.run(
        ["apt-cache", "depends", "--no-recommends", "linux-image-amd64"], check=True, capture_output=True, text=True
    )
    return next(line.split()[-1] for line in said.stdout.splitlines() if "Depends: linux-image-" in line)


def _distributions(*, extra: str) -> set[str]:
    """What the project with this extra needs, and all that this needs in turn, without what only screens need."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
    open_ones = [Requirement(text) for text in (*project["dependencies"], *project["optional-dependencies"][extra])]
    found: set[str] = set()
    while open_ones:
        one = open_ones.pop()
        if one.name in found | NOT_FOR_THE_GUEST:
            continue
        found.add(one.name)
        for text in importlib.metadata.requires(one.name) or ():
            needed = Requirement(text)
            if needed.marker is None or any(needed.marker.evaluate({"extra": name}) for name in (*one.extras, "")):
                open_ones.append(needed)
    return found


def file_system(directory: Path, path: Path, *, size: str) -> None:
    """An ext4 file system of `size` with what is in the directory."""
    path.unlink(missing_ok=True)
    _run(["mke2fs", "-q", "-t", "ext4", "-d", directory, path, size])


def _run(command: Sequence[str | os.PathLike[str]], *, within: Path | None = None) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run([os.fspath(part) for part in command], check=True, cwd=within, env=environment)
