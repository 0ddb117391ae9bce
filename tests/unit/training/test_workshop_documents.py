"""Documents in the task process: beside the rest, within limits of time and memory."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest

from desktop_llm.documents.errors import DocumentTooSlow, FileMissing
from desktop_llm.training.job import DataFile, DataSpec
from desktop_llm.training.workshop_client import DataTooLarge, Workshop

PATIENCE_S = 60.0

SCRIPTED = """
import ctypes, functools, time
from desktop_llm.training import workshop

read = workshop.read_document

def read_document(path, on_progress):
    name = path.name
    while name == "endless":
        pass
    if name == "deaf":
        ctypes.CDLL(None).sleep(3600)
    while name == "slow":
        on_progress(0.5)
        time.sleep(0.01)
    grown = []
    while name == "memory":
        grown.append(bytearray(b"x" * 10_000_000))
    return read(path, on_progress=on_progress)

def check(spec, task, on_progress):
    while True:
        on_progress(0.5)
        time.sleep(0.01)

class Impatient(workshop.TaskWorker):
    def _do_document(self, message):
        workshop.DOCUMENT_S = 0.5 if message["path"] in ("endless", "deaf") else 60.0
        return super()._do_document(message)

workshop.read_document, workshop.check = read_document, check
workshop.TaskWorker = Impatient
workshop.run_limited = functools.partial(workshop.run_limited, grace=0.2)
workshop.LEAST_MEMORY = workshop.MOST_MEMORY = 200_000_000
workshop.main()
"""


@pytest.fixture
def workshop():
    made = Workshop([sys.executable, "-c", SCRIPTED])
    yield made
    made.shut_down()


def test_a_document_arrives_whole_and_errors_as_what_they_are(workshop, tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("a,ü\n1,\u2028中\n", encoding="utf-8")
    document = workshop.read_document(file)
    assert document.text == "a,ü\n1,\u2028中\n"
    assert [str(note) for note in document.notes] == ["2 rows"]
    with pytest.raises(FileMissing):
        workshop.read_document(tmp_path / "nothing.pdf")


def test_documents_are_read_while_data_is_checked_and_can_be_given_up(workshop, tmp_path):
    file = tmp_path / "a.txt"
    file.write_text("text", encoding="utf-8")
    began, stop = threading.Event(), threading.Event()
    spec = DataSpec((DataFile(Path("endless")),))
    checking = threading.Thread(
        target=lambda: workshop.check(spec, None, lambda _: began.set(), stop)
    )
    checking.start()
    assert began.wait(PATIENCE_S)
    assert workshop.read_document(file).text == "text"
    unwanted = threading.Event()
    assert workshop.read_document(Path("slow"), lambda _: unwanted.set(), unwanted) is None
    stop.set()
    checking.join(PATIENCE_S)


@pytest.mark.skipif(sys.platform != "linux", reason="such limits and calls are there only")
def test_what_takes_too_much_time_or_memory_is_given_up(workshop, tmp_path):
    with pytest.raises(DataTooLarge):
        workshop.read_document(Path("memory"))
    with pytest.raises(DocumentTooSlow):
        workshop.read_document(Path("endless"))
    pid = workshop.pid
    with pytest.raises(DocumentTooSlow):  # native code: only the end of the process ends it
        workshop.read_document(Path("deaf"))
    assert workshop.pid == pid
    file = tmp_path / "a.txt"
    file.write_text("text", encoding="utf-8")
    assert workshop.read_document(file).text == "text"
    assert workshop.pid != pid
