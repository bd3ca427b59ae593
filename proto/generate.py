"""Generates services/contracts from the .proto files; what it makes is committed.

python proto/generate.py                writes what has changed, removes what is surplus
python proto/generate.py --check        fails if that would change anything
python proto/generate.py --image FILE   writes a descriptor set, for buf
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

PROTO = Path(__file__).resolve().parent
CONTRACTS = PROTO.parent / "services" / "contracts"


def protoc(*arguments: str) -> None:
    """Runs the compiler over every file of ours; google/api comes from the site-packages."""
    includes = [f"-I{PROTO}", f"-I{sysconfig.get_path('purelib')}"]
    plugin = f"--plugin=protoc-gen-mypy={Path(sys.executable).with_name('protoc-gen-mypy')}"
    sources = sorted(str(path.relative_to(PROTO)) for path in PROTO.glob("guanjia/**/*.proto"))
    command = [sys.executable, "-m", "grpc_tools.protoc", *includes, plugin]
    done = subprocess.run([*command, *arguments, *sources])
    if done.returncode != 0:
        sys.exit(done.returncode)  # the compiler has said why


def generate(folder: Path) -> dict[Path, bytes]:
    """Generates into an empty folder: the files by their path in it."""
    protoc(f"--python_out={folder}", f"--mypy_out=quiet:{folder}")
    for package in [folder / "guanjia", *(folder / "guanjia").glob("**/")]:
        (package / "__init__.py").touch()
    return contents(folder)


def contents(folder: Path) -> dict[Path, bytes]:
    files = (path for path in folder.glob("guanjia/**/*") if path.is_file())
    return {path.relative_to(folder): path.read_bytes() for path in files if path.suffix != ".pyc"}


def write(wanted: dict[Path, bytes], there: dict[Path, bytes]) -> None:
    for path, text in wanted.items():
        if there.get(path) != text:
            (CONTRACTS / path).parent.mkdir(parents=True, exist_ok=True)
            (CONTRACTS / path).write_bytes(text)
    for path in there.keys() - wanted.keys():
        (CONTRACTS / path).unlink()


def check(wanted: dict[Path, bytes], there: dict[Path, bytes]) -> None:
    differing = [path for path in wanted if there.get(path) != wanted[path]]
    surplus = there.keys() - wanted.keys()
    if differing or surplus:
        lines = [f"  不同 differs: {path}" for path in sorted(differing)]
        lines += [f"  多余 surplus: {path}" for path in sorted(surplus)]
        sys.exit(
            "services/contracts 与 proto/ 不一致，请运行 make proto\n"
            "services/contracts is not what proto/ says, please run: make proto\n"
            + "\n".join(lines)
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--check", action="store_true", help="fail on any difference")
    choice.add_argument("--image", type=Path, metavar="FILE", help="write a descriptor set")
    options = parser.parse_args()
    if options.image:
        options.image.parent.mkdir(parents=True, exist_ok=True)
        image = f"--descriptor_set_out={options.image}"
        protoc(image, "--include_imports", "--include_source_info")
        return
    with tempfile.TemporaryDirectory() as folder:
        wanted = generate(Path(folder))
    (check if options.check else write)(wanted, contents(CONTRACTS))


if __name__ == "__main__":
    main()
