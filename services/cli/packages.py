"""Finds the servers Guanjia runs on, and installs those that are missing.

    python3 services/cli/packages.py rabbitmq postgresql

Standard library only, and nothing newer than Python 3.8: this runs before the virtual
environment is there, and venv itself is one of the things it looks for.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

APT_LISTS = Path("/var/lib/apt/lists")

# What packages are kept from doing while they are installed: to start services (invoke-rc.d
# asks the first), and to make a PostgreSQL cluster of their own (pg_createcluster the second).
POLICY = {
    Path("/usr/sbin/policy-rc.d"): "#!/bin/sh\nexit 101\n",
    Path("/etc/postgresql-common/createcluster.d/guanjia.conf"): "create_main_cluster = false\n",
}


def find_rabbitmq() -> Path | None:
    """The folder with rabbitmq-server and rabbitmqctl themselves.

    Debian's wrappers of the same names in /usr/sbin insist on the user rabbitmq; the
    scripts they call do not.
    """
    scripts = [Path("/usr/lib/rabbitmq/bin/rabbitmq-server")]
    scripts += Path("/opt").glob("rabbitmq*/sbin/rabbitmq-server")
    scripts += [Path(path) for path in [shutil.which("rabbitmq-server")] if path]
    folders = [script.resolve().parent for script in scripts]
    return next((each for each in folders if (each / "rabbitmq-env").exists()), None)


def find_postgresql() -> Path | None:
    """The folder with postgres and initdb; of several versions, the newest."""
    versions = [
        *Path("/usr/lib/postgresql").glob("*/bin/initdb"),  # Debian
        *Path("/usr").glob("pgsql-*/bin/initdb"),  # the project's own packages for RPM
    ]
    if versions:
        newest = max(versions, key=lambda path: float("".join(re.findall(r"[\d.]+", str(path)))))
        return newest.parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def find_venv() -> Path | None:
    """The part of venv that Debian puts into a package of its own."""
    found = importlib.util.find_spec("ensurepip")
    return Path(found.origin).parent if found and found.origin else None


class Package(NamedTuple):
    name: str
    find: Callable[[], Path | None]


def find_programs(*names: str) -> Callable[[], Path | None]:
    """The first of these programs, where all of them are on the path."""

    def find() -> Path | None:
        found = [shutil.which(each) for each in names]
        return Path(found[0]) if found[0] and all(found) else None

    return find


PACKAGES = {
    "rabbitmq": Package("rabbitmq-server", find_rabbitmq),
    "postgresql": Package("postgresql", find_postgresql),
    "prometheus": Package("prometheus", find_programs("prometheus", "promtool")),
    "alertmanager": Package(
        "prometheus-alertmanager", find_programs("prometheus-alertmanager", "amtool")
    ),
    "buildah": Package("buildah", find_programs("buildah")),
    "mmdebstrap": Package("mmdebstrap", find_programs("mmdebstrap")),
    "venv": Package("python{}.{}-venv".format(*sys.version_info), find_venv),
}


def ensure(*names: str) -> None:
    """Installs what is missing of these; exits with 1 and an explanation if it cannot."""
    _show(names)
    missing = _missing(names)
    if not missing:
        return
    root = _as_root() if shutil.which("apt-get") else None
    if root is None:
        raise _refusal(missing, "没有 root 权限或 apt-get no root rights, or no apt-get")
    print(f"安装 Installing: apt-get install {' '.join(missing)}", flush=True)
    with _kept_quiet(root):
        problem = _install(root, missing)
    if _missing(names):
        raise _refusal(_missing(names), problem)
    _show(names)


def _missing(names: tuple[str, ...]) -> list[str]:
    return [PACKAGES[each].name for each in names if not PACKAGES[each].find()]


def _show(names: tuple[str, ...]) -> None:
    for each in names:
        print(f"{PACKAGES[each].name}: {PACKAGES[each].find() or '缺少 missing'}", flush=True)


def _refusal(missing: list[str], reason: str) -> SystemExit:
    packages = " ".join(missing)
    return SystemExit(
        f"{reason}\n"
        f"请先安装：{packages}，再重试。Debian、Ubuntu 上：\n"
        f"Please install {packages}, then try again. On Debian and Ubuntu:\n"
        f"    sudo apt-get install --no-install-recommends {packages}"
    )


def _as_root() -> list[str] | None:
    """What to put before a command so that root runs it."""
    if os.geteuid() == 0:
        return []
    sudo = ["sudo", "-n"]
    if (
        shutil.which("sudo")
        and subprocess.run([*sudo, "true"], capture_output=True).returncode == 0
    ):
        return sudo
    return None


@contextmanager
def _kept_quiet(root: list[str]) -> Iterator[None]:
    """Puts the policy in place where there is none, and takes it away again."""
    placed = [path for path in POLICY if not path.exists()]
    try:
        for path in placed:
            subprocess.run([*root, "mkdir", "-p", str(path.parent)], check=True)
            write = [*root, "tee", str(path)]
            subprocess.run(
                write, input=POLICY[path].encode(), stdout=subprocess.DEVNULL, check=True
            )
            subprocess.run([*root, "chmod", "755", str(path)], check=True)
        yield
    finally:
        for path in placed:
            subprocess.run([*root, "rm", "-f", str(path)], check=True)


def _install(root: list[str], packages: list[str]) -> str:
    """Installs packages; what apt-get said last if it could not."""
    install = ["install", "--yes", "--no-install-recommends", *packages]
    if list(APT_LISTS.glob("*_Packages*")):
        done = _apt_get(root, install)
        if done.returncode == 0:
            return ""
    print("更新软件包列表 Updating package lists: apt-get update", flush=True)
    _apt_get(root, ["update"])
    done = _apt_get(root, install)
    return "" if done.returncode == 0 else "\n".join(done.stdout.splitlines()[-8:])


def _apt_get(root: list[str], arguments: list[str]) -> subprocess.CompletedProcess[str]:
    command = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet=2"]
    wait_for_others = "--option=DPkg::Lock::Timeout=300"
    return subprocess.run(
        [*root, *command, wait_for_others, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


if __name__ == "__main__":
    ensure(*sys.argv[1:])
