"""What throughput.py and startup.py share: the peers' virtual environment, and processes that are measured alone."""
import json
import os
import re
import subprocess
import sys
import time
import venv
from pathlib import Path

TORCH = "2.13.0"
PACKAGES = ["sentence-transformers==6.2.0", "ctranslate2==4.8.5", "tokenizers==0.23.3"]
CPU_TORCH_INDEX = "https://download.pytorch.org/whl/cpu"
HERE = Path(__file__).resolve().parent


def cache_folder():
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "mtt"


def peer_python(given=None):
    """The python of the peers' environment, which is made where it is missing."""
    folder = Path(given) if given else cache_folder() / "peers"
    python = folder / "bin" / "python"
    if not python.exists() or subprocess.run([python, "-c", "import sentence_transformers, ctranslate2"]).returncode:
        print(f"making the peers' environment in {folder} (about 1.5 GB)", file=sys.stderr)
        venv.create(folder, with_pip=True)
        pip = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        if subprocess.run([*pip, f"torch=={TORCH}+cpu"]).returncode:
            subprocess.run([*pip, f"torch=={TORCH}+cpu", "--extra-index-url", CPU_TORCH_INDEX], check=True)
        subprocess.run([*pip, f"torch=={TORCH}+cpu", *PACKAGES], check=True)
    return str(python)


def environment(threads):
    names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "MTT_THREADS", "RAYON_NUM_THREADS")
    quiet = {"TOKENIZERS_PARALLELISM": "true", "HF_HUB_OFFLINE": "1", "TRANSFORMERS_VERBOSITY": "error"}
    return {**os.environ, **quiet, **{name: str(threads) for name in names}}


def measured(command, threads, stdin=None):
    """Runs a process alone: (seconds from start to end, peak MiB, standard output, standard error)."""
    start = time.perf_counter()
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(threads)
    )
    if stdin is not None:
        process.stdin.write(stdin)
    process.stdin.close()
    out, err = process.stdout.read(), process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{command} failed:\n{err.decode()}")
    return seconds, usage.ru_maxrss / 1024, out.decode(), err.decode()


def processor():
    try:
        return re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text()).group(1)
    except (OSError, AttributeError):
        return "unknown processor"


def last_json(text):
    return json.loads([line for line in text.splitlines() if line.startswith("{")][-1])
