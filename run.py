"""Install imrgroups beside this file and start it: python3 run.py [test | bench | trials | any command of imrgroups]."""
import hashlib
import os
import re
import subprocess
import sys
import sysconfig

ROOT = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "Scripts", "python.exe") if os.name == "nt" else os.path.join(VENV, "bin", "python")
LOCK = os.path.join(ROOT, "requirements.lock")
STAMP = os.path.join(VENV, "installed.txt")     # two lines: for which Python and place, from which lock file
MODULES = {"test": "pytest", "bench": "tests.benchmarks", "trials": "tests.trials"}


def main(arguments):
    """Install if needed, then become the command asked for."""
    if sys.version_info < (3, 11):     # before anything that an old Python cannot do
        sys.exit("imrgroups needs Python 3.11 or newer, and this is Python %d.%d. Start run.py with a newer one." % sys.version_info[:2])
    try:
        prepare()
    except OSError as problem:
        sys.exit("imrgroups cannot write to %s (%s). Copy it to a folder of your own, and start it there." % (ROOT, problem.strerror))
    except KeyboardInterrupt:
        sys.exit("Stopped. The next start goes on from here.")
    if arguments and arguments[0] in MODULES:
        os.chdir(ROOT)
        command = [PYTHON, "-m", MODULES[arguments[0]]] + arguments[1:]
    else:
        command = [PYTHON, "-P", "-m", "imrgroups"] + (arguments or ["run"])
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)    # modules compiled at the first start make every later one seconds shorter
    if os.name != "nt":
        sys.stderr.flush()
        os.execv(PYTHON, command)
    child = subprocess.Popen(command)     # Windows has no exec: wait, and let the child answer Ctrl+C
    while True:
        try:
            sys.exit(child.wait())
        except KeyboardInterrupt:
            pass


def prepare():
    """Make .venv hold what the lock file says; at once when it does already. What was left half made is made anew."""
    place = "%d.%d %s" % (sys.version_info[0], sys.version_info[1], ROOT)
    with open(LOCK, "rb") as lock:
        content = lock.read()
    with open(os.path.join(ROOT, "pyproject.toml"), "rb") as project:
        digest = hashlib.sha256(content + project.read()).hexdigest()
    installed = []
    if os.path.exists(PYTHON) and os.path.exists(STAMP):
        with open(STAMP) as stamp:
            installed = stamp.read().splitlines()
    if installed == [place, digest]:
        return
    if installed[:1] == [place]:
        os.remove(STAMP)               # only the lock file is newer
    else:
        make_venv()
    install(content.decode())
    with open(STAMP, "w") as stamp:    # last, so that a crash before this line heals at the next start
        stamp.write(place + "\n" + digest + "\n")


def make_venv():
    """An empty .venv, whatever stood there before."""
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        sys.exit("Python's venv module is missing. Install it, then start again. On Debian or Ubuntu: sudo apt install python3-venv")
    os.makedirs(VENV, exist_ok=True)
    with open(os.path.join(VENV, "unfinished"), "w"):
        pass                           # a folder that cannot be written to says so here, in one line
    say("Setting up imrgroups in %s. This happens once and takes a minute or two " % VENV)
    if wait_for([sys.executable, "-m", "venv", "--clear", VENV]) != 0:
        sys.exit("\nThe folder %s could not be made; the lines above say why." % VENV)


def install(lock):
    """Everything in the lock file, by the uv that it names, or by pip where uv cannot be had; then the command imrgroups."""
    only_uv = os.path.join(VENV, "uv.txt")
    with open(only_uv, "w") as file:
        file.write(re.search(r"^uv==.*\n(?:[ \t].*\n?)*", lock, re.MULTILINE).group())
    pip = [PYTHON, "-m", "pip", "--disable-pip-version-check", "--quiet", "install", "--require-hashes", "-r"]
    uv = [PYTHON, "-m", "uv", "--quiet", "pip", "install", "--python", PYTHON, "--require-hashes", "-r", LOCK]
    if (wait_for(pip + [only_uv]) != 0 or wait_for(uv) != 0) and wait_for(pip + [LOCK]) != 0:
        sys.exit("\nThe packages could not be installed. Is this machine connected to the internet? The lines above say more.")
    with open(os.path.join(sysconfig.get_path("purelib", "venv", {"base": VENV}), "imrgroups.pth"), "w") as file:
        file.write(ROOT + "\n")        # the package is used where it lies; nothing is built
    windows = os.name == "nt"
    script = os.path.join(os.path.dirname(PYTHON), "imrgroups" + (".cmd" if windows else ""))
    with open(script, "w") as file:
        file.write('@"%~dp0python.exe" -P -m imrgroups %*\n' if windows else '#!/bin/sh\nexec "${0%/*}/python" -P -m imrgroups "$@"\n')
    os.chmod(script, 0o755)
    say("\nReady.\n")


def wait_for(command):
    """The exit code of a command that may take long; a dot every two seconds says that it still works."""
    process = subprocess.Popen(command)
    while True:
        try:
            return process.wait(2)
        except subprocess.TimeoutExpired:
            say(".")


def say(words):
    """Words for the person who waits, kept out of what a command prints."""
    sys.stderr.write(words)
    sys.stderr.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
