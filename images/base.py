"""The root file system both images begin with: Debian 12 less all that Python does not need.

`make(tar)` has mmdebstrap unpack Debian's packages into a tar file and runs this file as a
script on what was unpacked (the hook), so that only KEPT remains of them: no shell, no
package manager, no perl. Nothing is configured: no script of any package runs.

GUANJIA_DEBIAN_MIRROR names a mirror where mmdebstrap's own is not reachable, or a snapshot to
get the same versions again: an address, or lines as in a sources.list, security updates too.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SUITE = "bookworm"
PYTHON = "3.11"
USER = 10001

KEPT = {
    "base-files",  # /etc/os-release: scanners look there
    "ca-certificates",
    "gcc-12-base",  # the licence of libgcc-s1 and libstdc++6
    "libbz2-1.0",
    "libc6",
    "libcrypt1",
    "libexpat1",
    "libffi8",
    "libgcc-s1",
    "liblzma5",
    f"libpython{PYTHON}-minimal",
    f"libpython{PYTHON}-stdlib",
    "libsqlite3-0",
    "libssl3",
    "libstdc++6",  # grpcio, greenlet
    "libuuid1",
    f"python{PYTHON}-minimal",
    "tzdata",
    "zlib1g",
}
DROPPED = (  # patterns of mmtarfilter: * matches slashes as well
    "/usr/lib/*-linux-gnu/gconv/*",
    "/usr/sbin/*",
    "/usr/share/doc/*",
    "/usr/share/lintian/*",
    "/usr/share/locale/*",
    "/usr/share/man/*",
    "/usr/share/zoneinfo/right/*",
    f"/usr/lib/python{PYTHON}/pydoc_data/*",
    f"/usr/lib/python{PYTHON}/lib2to3/*",
    # They need libraries of packages that are not kept.
    f"/usr/lib/python{PYTHON}/lib-dynload/_curses*",
    f"/usr/lib/python{PYTHON}/lib-dynload/_dbm*",
    f"/usr/lib/python{PYTHON}/lib-dynload/nis*",
    f"/usr/lib/python{PYTHON}/lib-dynload/readline*",
    # What apt, dpkg and mmdebstrap left (of this machine, some), but for the register that
    # scanners read.
    "/dev/*",
    "/etc/hostname",
    "/etc/resolv.conf",
    "/etc/apt/*",
    "/var/cache/*",
    "/var/lib/*",
    "/var/log/*",
)
RETAINED = (
    "/usr/share/doc/*/copyright",
    # Links to a folder that has the file.
    "/usr/share/doc/libgcc-s1",
    f"/usr/share/doc/libpython{PYTHON}-stdlib",
    "/usr/share/doc/libstdc++6",
    "/var/lib/dpkg/status.d/*",
)
# Packages of bookworm may still say /lib and mean /usr/lib.
MERGED = 'for each in bin lib lib64 sbin; do mkdir -p "$1/usr/$each"; ln -s usr/$each "$1"; done'
WRITTEN = {
    "etc/passwd": f"root:x:0:0:root:/:/sbin/nologin\nguanjia:x:{USER}:{USER}::/:/sbin/nologin\n",
    "etc/group": f"root:x:0:\nguanjia:x:{USER}:\n",
    "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
}


def make(tar: Path, epoch: int) -> None:
    """Writes the tar file; raises CalledProcessError. Needs the network, about 10 s."""
    hook = f'{sys.executable} -I {Path(__file__).resolve()} "$1"'
    unpack = ["mmdebstrap", "--quiet", "--variant=extract", "--format=tar", "--skip=chroot/mount"]
    unpack += [f"--include={','.join(sorted(KEPT))}", f"--setup-hook={MERGED}"]
    unpack += [f"--extract-hook={hook}", SUITE, "-"]
    mirrors = os.environ.get("GUANJIA_DEBIAN_MIRROR", "").splitlines()
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(epoch)}
    reduced = ["mmtarfilter", *(f"--path-exclude={each}" for each in DROPPED)]
    reduced += [f"--path-include={each}" for each in RETAINED]
    whole = tar.with_suffix(".whole")
    with whole.open("wb") as output:
        subprocess.run([*unpack, *mirrors], env=environment, stdout=output, check=True)
    with whole.open("rb") as source, tar.open("wb") as output:
        subprocess.run(reduced, stdin=source, stdout=output, check=True)
    whole.unlink()


def reduce(root: Path) -> None:
    """Leaves the KEPT packages in what mmdebstrap unpacked, and writes what is missing."""
    register = root / "var/lib/dpkg/status.d"
    register.mkdir()
    for deb in sorted((root / "var/cache/apt/archives").glob("*.deb")):
        control = _output("dpkg-deb", "--field", deb)
        name = _output("dpkg-deb", "--field", deb, "Package").strip()
        if name in KEPT:
            (register / name).write_text(control)
        else:
            _remove_files(root, deb)
    for path, text in WRITTEN.items():
        (root / path).write_text(text)
    for name in ("python", "python3"):
        (root / "usr/bin" / name).symlink_to(f"python{PYTHON}")
    authorities = sorted((root / "usr/share/ca-certificates/mozilla").glob("*.crt"))
    bundle = root / "etc/ssl/certs/ca-certificates.crt"
    bundle.parent.mkdir(parents=True, exist_ok=True)
    bundle.write_text("".join(each.read_text() for each in authorities))
    _remove_empty(root / "usr")


def _remove_files(root: Path, deb: Path) -> None:
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", deb], stdout=subprocess.PIPE) as content:
        listed = subprocess.run(["tar", "-t"], stdin=content.stdout, capture_output=True, text=True)
    for line in listed.stdout.splitlines():
        if not line.endswith("/"):
            (root / line).unlink(missing_ok=True)


def _remove_empty(folder: Path) -> None:
    for each in sorted(folder.rglob("*"), reverse=True):
        if each.is_dir() and not each.is_symlink() and not any(each.iterdir()):
            each.rmdir()


def _output(*command: str | Path) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    reduce(Path(sys.argv[1]))
