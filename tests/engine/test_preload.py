"""Jobs run in forks of a preloaded process: same outcome, same exit code, and nobody outlives the one that waits."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from biastransfer.engine import preload

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="preloading needs Linux")
SERVER = (
    "import sys; from biastransfer.engine import preload; preload.MODULES = ('colorsys',); preload.serve(*sys.argv[1:])"
)
CLIENT = """
import os, sys, time
from biastransfer.engine import preload
if preload.STARTED not in os.environ:
    preload.hand_over(sys.argv[0], time.time())
{body}
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[subprocess.Popen, str]]:
    place = str(tmp_path / "server" / "x.socket")
    Path(place).parent.mkdir()
    process = subprocess.Popen([sys.executable, "-c", SERVER, place, sys.prefix], stdin=subprocess.PIPE)
    _wait(lambda: Path(place).exists())
    yield process, place
    process.stdin.close()
    process.wait(timeout=60)


def _wait(condition) -> None:
    """Wait up to a minute for something to become true; a busy machine may take long to import."""
    for _ in range(6000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it did not happen within a minute")


def _start(folder: Path, place: str, body: str, **options) -> subprocess.Popen:
    script = folder / "script.py"
    script.write_text(CLIENT.format(body=body))
    environment = {**os.environ, preload.SERVER: place, "X": "7"}
    return subprocess.Popen([sys.executable, str(script)], cwd=folder, env=environment, **options)


def test_a_job_runs_in_a_fork_with_its_own_folder_and_environment(server, tmp_path: Path) -> None:
    body = "open('out', 'w').write(f\"{'colorsys' in sys.modules} {os.environ['X']} {os.getppid()}\")"
    assert _start(tmp_path, server[1], body).wait(timeout=60) == 0
    assert (tmp_path / "out").read_text() == f"True 7 {server[0].pid}"


@pytest.mark.parametrize("body", ["sys.exit(3)", "sys.exit('no')", "1 / 0", "os.kill(os.getpid(), 9)"])
def test_a_job_that_fails_in_its_fork_fails(server, tmp_path: Path, body: str) -> None:
    job = _start(tmp_path, server[1], body, stderr=subprocess.PIPE, text=True)
    output = job.communicate(timeout=60)[1]
    assert job.returncode == 1
    assert ("a signal killed the process of this job" in output) == ("kill" in body)


@pytest.mark.parametrize("body", ["pass", "sys.exit(0)", "sys.exit()"])
def test_a_job_that_ends_well_in_its_fork_ends_well(server, tmp_path: Path, body: str) -> None:
    assert _start(tmp_path, server[1], body).wait(timeout=60) == 0


def test_a_job_that_needs_the_network_is_not_handed_over(server, tmp_path: Path) -> None:
    """The preloaded libraries have read that they are offline."""
    (tmp_path / "logs").mkdir()
    script = """
from types import SimpleNamespace
from biastransfer.engine.job import job
with job(SimpleNamespace(log=["logs/x.log"]), network=NETWORK):
    import os
    from huggingface_hub import constants
    open("out", "w").write(f"{os.getpid()} {constants.HF_HUB_OFFLINE}")
"""
    for network in (True, False):
        (tmp_path / "script.py").write_text(script.replace("NETWORK", str(network)))
        job = subprocess.Popen(
            [sys.executable, "script.py"], cwd=tmp_path,
            env={**os.environ, preload.SERVER: server[1], "HF_HUB_OFFLINE": "0"},
        )  # fmt: skip
        assert job.wait(timeout=60) == 0
        process, offline = (tmp_path / "out").read_text().split()
        assert (int(process) == job.pid) == network
        assert offline == str(not network)


def test_subprocesses_of_a_job_have_exit_codes(server, tmp_path: Path) -> None:
    body = "import subprocess; assert subprocess.run(['false']).returncode == 1"
    assert _start(tmp_path, server[1], body).wait(timeout=60) == 0


def test_without_a_server_a_job_runs_by_itself(tmp_path: Path) -> None:
    job = _start(tmp_path, str(tmp_path / "none.socket"), "open('out', 'w').write(str(os.getpid()))")
    assert job.wait(timeout=60) == 0
    assert (tmp_path / "out").read_text() == str(job.pid)


def test_another_environment_is_not_served(server, tmp_path: Path) -> None:
    job = _start(tmp_path, server[1], "open('out', 'w').write(str(os.getpid()))")
    job.wait(timeout=60)
    (tmp_path / "script.py").write_text(
        "import sys; sys.prefix = '/elsewhere'\n" + CLIENT.format(body="open('out', 'w').write(str(os.getpid()))")
    )
    again = subprocess.Popen([sys.executable, "script.py"], cwd=tmp_path, env={**os.environ, preload.SERVER: server[1]})
    assert again.wait(timeout=60) == 0
    assert (tmp_path / "out").read_text() == str(again.pid)


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGKILL])
def test_the_fork_ends_with_the_process_that_waits_for_it(server, tmp_path: Path, signal_number: int) -> None:
    body = "open('pid', 'w').write(str(os.getpid())); os.rename('pid', 'out'); time.sleep(60)"
    job = _start(tmp_path, server[1], body)
    _wait((tmp_path / "out").exists)
    fork = int((tmp_path / "out").read_text())
    assert fork != job.pid
    job.send_signal(signal_number)
    job.wait(timeout=60)
    _wait(lambda: not Path(f"/proc/{fork}").exists())


def test_a_training_saves_its_state_when_the_process_that_waits_for_it_is_killed(server, tmp_path: Path) -> None:
    body = (
        "from biastransfer.training.saved import stop_requested\nwith stop_requested() as stopping:\n    open('out', 'w').close()\n"
        "    while not stopping(): time.sleep(0.05)\n    open('saved', 'w').close()"
    )
    job = _start(tmp_path, server[1], body)
    _wait((tmp_path / "out").exists)
    job.send_signal(signal.SIGKILL)
    job.wait(timeout=60)
    _wait((tmp_path / "saved").exists)


def test_a_temporary_folder_with_a_long_path_does_without(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 100)
    deep.mkdir()
    start = "from biastransfer.engine import preload; preload.start(); import os; print(preload._servers, os.environ.get(preload.SERVER))"
    environment = {name: value for name, value in os.environ.items() if name != preload.SERVER} | {"TMPDIR": str(deep)}
    done = subprocess.run([sys.executable, "-c", start], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.strip() == "[] None"


def test_the_server_ends_with_its_parent(tmp_path: Path) -> None:
    start = "from biastransfer.engine import preload; preload.MODULES = (); preload.start(); import os; print(os.environ[preload.SERVER])"
    done = subprocess.run(
        [sys.executable, "-c", start], capture_output=True, text=True, check=True, cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if name != preload.SERVER},
    )  # fmt: skip
    folder = Path(done.stdout.strip()).parent
    _wait(lambda: not folder.exists())
