"""The embedded index as a server: addresses, silence, a prompt stop, and life after kill -9."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from releasegate.core.errors import Unavailable
from releasegate.rehearsal.index import Cut, EmbeddedIndex, Sample, Slow, sample_sdist, sample_wheel

TOKEN = "a-token"
JSON = {"Accept": "application/vnd.pypi.simple.v1+json"}

SERVER = """
import sys, time
from pathlib import Path
from releasegate.rehearsal.index import EmbeddedIndex

with EmbeddedIndex(name="testpypi", root=Path(sys.argv[1]), token="a-token") as index:
    print(index.address, flush=True)
    time.sleep(60)
"""


def new_index(root: Path, port: int = 0) -> EmbeddedIndex:
    return EmbeddedIndex(name="testpypi", root=root, token=TOKEN, port=port)


def upload(address: str, sample: Sample) -> requests.Response:
    return requests.post(
        f"{address}/legacy/",
        data=dict(sample.fields),
        files={"content": (sample.filename, sample.content, "application/octet-stream")},
        auth=("__token__", TOKEN),
        timeout=30,
    )


def test_addresses_are_known_while_it_serves_and_only_then(tmp_path: Path) -> None:
    index = new_index(tmp_path)
    with pytest.raises(Unavailable, match="is not running"):
        _ = index.upload_url
    with index:
        port = urlsplit(index.address).port
        assert index.upload_url == f"http://127.0.0.1:{port}/legacy/"
        assert index.simple_url == f"http://127.0.0.1:{port}/simple"
        assert index.json_url == f"http://127.0.0.1:{port}/pypi"
        assert upload(index.address, sample_wheel()).reason == "OK"
        assert requests.get(f"{index.json_url}/sample/json", timeout=30).json()["info"]["version"] == "1.0"
    with pytest.raises(Unavailable, match="is not running"):
        _ = index.simple_url


def test_the_same_port_can_be_had_again_at_once(tmp_path: Path) -> None:
    with new_index(tmp_path) as index:
        port = urlsplit(index.address).port
        upload(index.address, sample_wheel())
    assert port
    with new_index(tmp_path, port) as index:
        assert requests.get(f"{index.simple_url}/sample/", headers=JSON, timeout=30).json()["versions"] == ["1.0"]


def test_an_instance_can_be_started_again(tmp_path: Path) -> None:
    index = new_index(tmp_path)
    for version in ("1.0", "1.1"):
        with index:
            assert upload(index.address, sample_wheel(version=version)).status_code == 200
    assert len(index.stored) == 2
    index.stop()


def test_a_port_that_is_taken_is_told_and_frees_the_folder(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(Unavailable, match="cannot be used"):
            new_index(tmp_path, taken.getsockname()[1]).start()
    with new_index(tmp_path):
        pass


def test_it_says_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with new_index(tmp_path) as index:
        index.faults.add(Cut(of="page"))
        with pytest.raises(requests.ConnectionError):
            requests.get(f"{index.simple_url}/sample/", timeout=30)
        requests.get(f"{index.simple_url}/sample/", timeout=30)
        with socket.create_connection(("127.0.0.1", urlsplit(index.address).port or 0)) as client:
            client.sendall(b"no http\r\n\r\n")
            client.recv(100)
        with socket.create_connection(("127.0.0.1", urlsplit(index.address).port or 0)) as client:
            client.sendall(b"POST /legacy/ HTTP/1.1\r\nContent-Length: 1000\r\n\r\nhalf")
    assert capfd.readouterr() == ("", "")


def test_a_cut_connection_gives_no_answer_at_all(tmp_path: Path) -> None:
    with new_index(tmp_path) as index:
        index.faults.add(Cut(of="page"))
        client = http.client.HTTPConnection("127.0.0.1", urlsplit(index.address).port, timeout=30)
        client.request("GET", "/simple/sample/")
        with pytest.raises(http.client.RemoteDisconnected):
            client.getresponse()
        client.close()


def test_it_stops_promptly_with_an_idle_client_and_a_slow_answer(tmp_path: Path) -> None:
    answers: list[int] = []
    with new_index(tmp_path) as index, socket.create_connection(("127.0.0.1", urlsplit(index.address).port or 0)):
        index.faults.add(Slow(60, of="page"))
        url = f"{index.simple_url}/sample/"
        reader = threading.Thread(target=lambda: answers.append(requests.get(url, timeout=30).status_code))
        reader.start()
        deadline = time.monotonic() + 10
        while not index.faults.happened and time.monotonic() < deadline:
            time.sleep(0.01)
        begin = time.monotonic()
        index.stop()
        assert time.monotonic() - begin < 5
        reader.join(timeout=10)
    assert answers == [404]


def test_uploads_at_the_same_time_are_stored_once(tmp_path: Path) -> None:
    statuses: list[int] = []
    with new_index(tmp_path) as index:
        threads = [
            threading.Thread(target=lambda: statuses.append(upload(index.address, sample_wheel()).status_code))
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert statuses == [200] * 8
        assert index.stored == {sample_wheel().filename: 1}


def test_a_killed_server_is_continued_by_the_next_one(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    with subprocess.Popen(
        [sys.executable, "-c", SERVER, str(tmp_path)], stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert upload(address, sample_wheel()).status_code == 200
        with pytest.raises(Unavailable, match="Another process"):
            new_index(tmp_path).start()
        process.send_signal(signal.SIGKILL)
    with new_index(tmp_path) as index:
        assert index.stored == {sample_wheel().filename: 1}
        assert upload(index.address, sample_wheel()).status_code == 200
        assert upload(index.address, sample_sdist()).status_code == 200
        assert set(index.stored.values()) == {1}


def test_a_server_killed_in_the_midst_of_uploads_loses_and_doubles_nothing(tmp_path: Path) -> None:
    samples = [sample_wheel(version=f"1.{number}") for number in range(40)]
    answered: list[str] = []
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    with subprocess.Popen(
        [sys.executable, "-c", SERVER, str(tmp_path)], stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        timer = threading.Timer(0.3, process.send_signal, [signal.SIGKILL])
        with contextlib.suppress(requests.ConnectionError):
            for sample in samples:
                assert upload(address, sample).status_code == 200
                answered.append(sample.filename)
                if len(answered) == 5:
                    timer.start()
            process.send_signal(signal.SIGKILL)
        timer.cancel()
    with new_index(tmp_path) as index:
        assert set(answered) <= set(index.stored)
        assert [upload(index.address, sample).status_code for sample in samples] == [200] * len(samples)
        assert index.stored == {sample.filename: 1 for sample in samples}


def test_a_large_upload_that_is_refused_is_answered_and_not_cut(tmp_path: Path) -> None:
    with new_index(tmp_path) as index:
        large = Sample("sample-1.0-py3-none-any.whl", b"x" * (8 * 1024 * 1024), sample_wheel().fields)
        response = requests.post(
            index.upload_url, data=dict(large.fields), files={"content": (large.filename, large.content)}, timeout=30
        )
        assert response.status_code == 403
        assert response.reason == "Invalid or non-existent authentication information."
