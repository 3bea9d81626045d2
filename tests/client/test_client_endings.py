"""Runs end with their programs, whatever ends those."""

from __future__ import annotations

import signal
import subprocess
import time

import pytest
from trackgate import TrackingClient

from tests.client.programs import TIMEOUT_S, Programs


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Exit code and errors of a program."""
    _, errors = process.communicate(timeout=TIMEOUT_S)
    return process.returncode, errors


@pytest.mark.parametrize(
    ("last_line", "status", "code"),
    [
        ("pass", "FINISHED", 0),
        ("raise ValueError('no')", "FAILED", 1),
        ("sys.exit(0)", "FINISHED", 0),
        ("sys.exit(3)", "FAILED", 3),
        ("raise KeyboardInterrupt", "KILLED", -signal.SIGINT),
    ],
)
@pytest.mark.parametrize("block", ["with run:", "if run:"])
def test_the_status_says_how_the_program_ended(
    programs: Programs,
    client: TrackingClient,
    block: str,
    last_line: str,
    status: str,
    code: int,
) -> None:
    done = programs.run(f"""
        import sys, trackgate
        run = trackgate.start_run()
        print(run.info.run_id, flush=True)
        {block}
            trackgate.log_metric("loss", 1.0, synchronous=False)
            {last_line}
    """)

    run = client.get_run(done.stdout.strip())
    expected = status
    if block == "if run:" and last_line == "sys.exit(3)":
        # Nothing tells the end of a program what it exits with.
        expected = "FINISHED"
    assert run.info.status == expected, done.stderr
    assert run.data.metrics == {"loss": 1.0}
    assert done.returncode == code


ENDLESS = """
    import time, trackgate
    run = trackgate.start_run()
    print(run.info.run_id, flush=True)
    {block}
        for step in range(1_000_000):
            trackgate.log_metric("loss", 1.0, step=step, synchronous=False)
            if step == 5_000:
                print("ready", flush=True)
            if step > 5_000:
                time.sleep(0.001)
"""


@pytest.mark.parametrize("block", ["with run:", "if run:"])
def test_sigterm_sends_what_waits_and_ends_the_run_as_killed(
    programs: Programs, client: TrackingClient, block: str
) -> None:
    process = programs.start(ENDLESS.format(block=block))
    assert process.stdout
    run_id = process.stdout.readline().strip()
    assert process.stdout.readline() == "ready\n"

    process.terminate()
    code, errors = ended(process)

    assert code == 128 + signal.SIGTERM, errors
    assert client.get_run(run_id).info.status == "KILLED"
    assert len(client.get_metric_history(run_id, "loss")) > 5_000


def test_ctrl_c_ends_the_run_as_killed(
    programs: Programs, client: TrackingClient
) -> None:
    process = programs.start(ENDLESS.format(block="with run:"))
    assert process.stdout
    run_id = process.stdout.readline().strip()
    process.stdout.readline()

    process.send_signal(signal.SIGINT)
    ended(process)

    assert client.get_run(run_id).info.status == "KILLED"


def test_a_handler_of_the_programs_own_stays_in_charge(
    programs: Programs, client: TrackingClient
) -> None:
    process = programs.start("""
        import signal, time, trackgate
        stop = []
        signal.signal(signal.SIGTERM, lambda *_: stop.append(1))
        with trackgate.start_run() as run:
            print(run.info.run_id, flush=True)
            while not stop:
                time.sleep(0.01)
            trackgate.log_param("checkpoint", "written")
    """)
    assert process.stdout
    run_id = process.stdout.readline().strip()

    process.terminate()
    code, errors = ended(process)

    assert code == 0, errors
    run = client.get_run(run_id)
    assert run.info.status == "FINISHED"
    assert run.data.params == {"checkpoint": "written"}


def test_sigterm_stops_a_program_whose_threads_go_on(
    programs: Programs, client: TrackingClient
) -> None:
    process = programs.start("""
        import threading, time, trackgate
        threading.Thread(target=time.sleep, args=(600,)).start()
        with trackgate.start_run() as run:
            print(run.info.run_id, flush=True)
            time.sleep(600)
    """)
    assert process.stdout
    run_id = process.stdout.readline().strip()
    started = time.monotonic()

    process.terminate()
    code, errors = ended(process)

    assert code == -signal.SIGTERM, errors
    assert time.monotonic() - started < 20
    assert client.get_run(run_id).info.status == "KILLED"


def test_sigterm_does_what_it_did_once_no_run_is_active(programs: Programs) -> None:
    process = programs.start("""
        import time, trackgate
        with trackgate.start_run():
            pass
        print("done", flush=True)
        time.sleep(600)
    """)
    assert process.stdout
    process.stdout.readline()

    process.terminate()

    assert ended(process)[0] == -signal.SIGTERM


def test_a_run_left_open_in_a_thread_ends_too(
    programs: Programs, client: TrackingClient
) -> None:
    done = programs.run("""
        import threading, trackgate
        def work():
            print(trackgate.start_run().info.run_id)
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    """)

    assert client.get_run(done.stdout.strip()).info.status == "FINISHED", done.stderr


def test_a_forked_child_logs_to_its_parents_run_and_does_not_end_it(
    programs: Programs, client: TrackingClient
) -> None:
    done = programs.run("""
        import os, sys, trackgate
        with trackgate.start_run() as run:
            trackgate.log_metric("of", 1.0, step=1, synchronous=False)
            child = os.fork()
            if child == 0:
                trackgate.log_metric("of", 2.0, step=2, synchronous=False)
                sys.exit(0)
            os.waitpid(child, 0)
            print(run.info.run_id, trackgate.get_run(run.info.run_id).info.status)
    """)

    run_id, status = done.stdout.split()
    assert status == "RUNNING", done.stderr
    assert client.get_run(run_id).info.status == "FINISHED"
    points = client.get_metric_history(run_id, "of")
    assert sorted(point.value for point in points) == [1.0, 2.0]
