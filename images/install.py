"""Runs inside the build: installs a set of wheels into /opt/guanjia, compiled, without pip.

    python /context/install.py service

/context has pip, <set>.txt with a hash for each package, and the wheels themselves.
"""

import os
import subprocess
import sys
from pathlib import Path

CONTEXT = Path("/context")
TARGET = Path("/opt/guanjia")


def main(chosen: str) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(TARGET)], check=True)
    (pip,) = (CONTEXT / "pip").glob("pip-*.whl")
    # A wheel of pip is a program as well, and leaves nothing of itself behind.
    install = [sys.executable, f"{pip}/pip", f"--python={TARGET}/bin/python", "install"]
    install += ["--quiet", "--no-index", f"--find-links={CONTEXT}/wheels", "--require-hashes"]
    install += ["--no-compile", "--no-cache-dir", f"--requirement={CONTEXT}/{chosen}.txt"]
    environment = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    subprocess.run(install, env=environment, check=True)
    compile_all = [sys.executable, "-m", "compileall", "-q", "-s", "/"]
    # The sources never change: nothing compares them with the compiled code at a start.
    compile_all += ["--invalidation-mode=unchecked-hash", str(TARGET / "lib")]
    subprocess.run(compile_all, check=True)
    for script in TARGET.glob("bin/*ctivate*"):
        script.unlink()


if __name__ == "__main__":
    main(sys.argv[1])
