"""The scoring server as processes: time limits, connections, the end."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from urllib.parse import urlsplit

import requests

from tests.environment.ports import free_port
from tests.fixtures.processes import Program
from tests.serving.conftest import (
    Served,
    UnixConnection,
    serve_command,
    serving,
    until,
)

_ANSWER = {"predictions": [1]}


def test_it_predicts_and_refuses_over_the_network(quick_server: Served) -> None:
    with requests.Session() as session:
        url = f"{quick_server.address}/invocations"
        first = session.post(url, json={"inputs": [[1.0]]}, timeout=10)
        wrong = session.post(url, json={"inputs": [["one"]]}, timeout=10)
        again = session.post(url, json={"inputs": [[1.0], [2.0]]}, timeout=10)

    assert first.json() == _ANSWER
    assert wrong.status_code == 400
    assert again.json() == {"predictions": [1, 1]}
    version = requests.get(f"{quick_server.address}/version", timeout=10)
    assert version.text[0].isdigit()


def test_a_models_exception_is_in_the_log_with_its_traceback(
    quick_server: Served,
) -> None:
    answer = quick_server.post(fail=True)

    assert answer.status_code == 500
    assert answer.json()["error_code"] == "INTERNAL_ERROR"
    assert "not the caller's" not in answer.text
    log = quick_server.log.read_text()
    assert "Traceback" in log
    assert "not the caller's" in log


def test_the_models_process_has_none_of_our_credentials(quick_server: Served) -> None:
    names = quick_server.post(environment=True).json()["predictions"]

    assert "PATH" in names
    assert not {"TRACKING_PASSWORD", "PIP_INDEX_URL"} & set(names)
    parent = Path(f"/proc/{quick_server.program.pid}/environ").read_bytes()
    assert b"geheim" not in parent


def test_a_slow_request_is_cut_off_and_its_computation_ends(
    quick_server: Served,
) -> None:
    process = int(quick_server.post(process=True).json()["predictions"])
    with ThreadPoolExecutor() as callers:
        slow = callers.submit(quick_server.post, spin=True)
        time.sleep(0.2)
        other = callers.submit(quick_server.post, sleep=0.3)

        assert slow.result().status_code == 504
        assert slow.result().json()["error_code"] == "DEADLINE_EXCEEDED"
        assert other.result().json() == _ANSWER
    until(lambda: not Path(f"/proc/{process}").exists())
    assert quick_server.post().json() == _ANSWER


def test_it_is_well_while_the_model_is_busy(quick_server: Served) -> None:
    with ThreadPoolExecutor(8) as callers:
        asked = [callers.submit(quick_server.post, sleep=0.4) for _ in range(8)]
        time.sleep(0.1)
        well = requests.get(f"{quick_server.address}/ping", timeout=10)
        busy = [one for one in asked if not one.done()]

    assert well.ok
    assert busy
    assert all(one.result().json() == _ANSWER for one in asked)


def test_a_caller_that_does_not_go_on_holds_nobody_up(quick_server: Served) -> None:
    begun = b"POST /invocations HTTP/1.1\r\nContent-Length: 50\r\n"
    with ExitStack() as callers:
        for _ in range(20):
            callers.enter_context(_connected(quick_server))
        halting = [callers.enter_context(_connected(quick_server)) for _ in range(9)]
        for one in halting:
            one.sendall(begun + b"Content-Type: application/json\r\n\r\n{")

        assert quick_server.post().json() == _ANSWER
        assert halting[0].recv(100).startswith(b"HTTP/1.1 408")
        assert quick_server.post().json() == _ANSWER


def test_what_is_no_http_is_refused_in_json(quick_server: Served) -> None:
    with _connected(quick_server) as caller:
        caller.sendall(b"POST /invocations HTTP/1.1\r\nContent-Length: x\r\n\r\n")
        answer = caller.recv(1000)

    assert answer.startswith(b"HTTP/1.1 400")
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["error_code"] == "BAD_REQUEST"


def test_requests_sent_at_once_on_one_connection_are_answered_in_turn(
    quick_server: Served,
) -> None:
    ping = b"GET /ping HTTP/1.1\r\nHost: x\r\n\r\n"
    with _connected(quick_server) as caller:
        caller.sendall(ping * 3)
        said = b""
        while said.count(b"HTTP/1.1 200") < 3:
            said += caller.recv(1000)

    assert said.count(b"HTTP/1.1 200") == 3


def test_a_body_above_the_limit_is_refused(
    obedient_model: Path, tmp_path: Path
) -> None:
    with serving(obedient_model, tmp_path, "--max-body-mb=1") as served:
        answer = served.post({"inputs": [[1.0]] * 300_000})

    assert answer.status_code == 413
    assert "1,048,576 bytes" in answer.json()["message"]


def test_asked_to_end_it_first_answers_whoever_is_connected(
    obedient_model: Path, tmp_path: Path
) -> None:
    at = tmp_path / "model.sock"
    command = serve_command(obedient_model, f"--socket={at}", "--threads=2")
    program = Program(command, tmp_path / "log", {})
    program.wait_until(lambda: at.exists() and _speaks(at))
    # More than there are threads: most of them wait in the listen queue.
    with ThreadPoolExecutor(20) as callers:
        asked = [
            callers.submit(UnixConnection(at).predict, sleep=0.2, say=number)
            for number in range(20)
        ]
        time.sleep(0.3)
        code = program.stop()
        said = [one.result()["predictions"] for one in asked]

    assert said == [[number] for number in range(20)]
    assert code == 0
    assert not at.exists()


def test_another_process_takes_over_and_no_request_fails(
    obedient_model: Path, tmp_path: Path
) -> None:
    stable = tmp_path / "stable.sock"
    stop, failed, count = threading.Event(), list[BaseException](), [0]

    def call() -> None:
        while not stop.is_set():
            try:
                assert UnixConnection(stable).predict() == _ANSWER
                count[0] += 1
            except BaseException as error:
                failed.append(error)

    servers: list[Program] = []
    callers = [threading.Thread(target=call) for _ in range(8)]
    for number in range(2):
        own = tmp_path / f"{number}.sock"
        command = serve_command(obedient_model, f"--socket={own}")
        servers.append(Program(command, tmp_path / f"{number}.log", {}))
        servers[-1].wait_until(lambda at=own: at.exists() and _speaks(at))
        kept = tmp_path / f"{number}.kept"
        os.link(own, kept)
        own.rename(stable)
        if number == 0:
            for one in callers:
                one.start()
        else:
            time.sleep(0.1)
            assert _speaks(tmp_path / f"{number - 1}.kept")
            assert servers[number - 1].stop() == 0
    stop.set()
    for one in callers:
        one.join()

    assert failed == []
    assert count[0] > 50
    assert servers[-1].stop() == 0


def test_a_model_that_cannot_be_loaded_ends_the_start_with_the_reason(
    obedient_model: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    text = (obedient_model / "MLmodel").read_text()
    (broken / "MLmodel").write_text(text.replace("code: code", ""))

    done = subprocess.run(
        serve_command(broken, f"--port={free_port()}"),
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("Error: The model cannot be loaded:")
    assert "obedient" in last


def _connected(served: Served) -> socket.socket:
    at = urlsplit(served.address)
    return socket.create_connection((at.hostname or "", at.port or 0), timeout=10)


def _speaks(at: Path) -> bool:
    with closing(UnixConnection(at)) as connection:
        try:
            return connection.predict() == _ANSWER
        except OSError:
            return False
