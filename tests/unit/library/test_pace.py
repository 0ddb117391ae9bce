"""How far, how fast, how long: what a person sees of a download."""

from __future__ import annotations

import random

import pytest

from desktop_llm.library.hub_types import DownloadProgress, HubFile
from desktop_llm.library.pace import Pace, Speed


def after(speed: Speed, *steps: tuple[float, int]) -> float:
    for now, count in steps:
        speed.add(count, now)
    return speed.bytes_per_s


def test_an_even_line_has_its_speed_from_the_first_measurement():
    assert after(Speed(0.0), (0.5, 500)) == pytest.approx(1000)
    assert after(Speed(0.0), *((n / 2, 500) for n in range(1, 50))) == pytest.approx(1000)


def test_there_is_no_speed_before_there_is_something_to_go_by():
    assert after(Speed(0.0), (0.01, 10_000)) == 0.0


def test_a_stall_makes_the_speed_fall_and_not_vanish_at_once():
    speed = Speed(0.0)
    after(speed, *((n / 2, 500) for n in range(1, 50)))
    assert 500 < after(speed, (26.0, 0)) < 900
    assert after(speed, *((26.0 + n, 0) for n in range(1, 40))) < 10


def test_totals_never_go_back_even_when_a_file_starts_anew():
    told: list[DownloadProgress] = []
    files = [HubFile("a", 1000), HubFile("b", 500)]
    pace = Pace(files, told.append)
    drawn = random.Random(1)
    for _ in range(50):
        pace.at(files[0], drawn.randrange(1000), "fetching", 10)
        pace.at(files[0], 0, "fetching", 0)
    pace.at(files[0], 1000, "fetching", 10)
    pace.at(files[1], 500, "fetching", 10)
    totals = [progress.done for progress in told]
    assert totals == sorted(totals)
    assert totals[-1] == told[-1].total == 1500


def test_what_goes_on_begins_where_it_was():
    told: list[DownloadProgress] = []
    files = [HubFile("a", 1000), HubFile("b", 500)]
    pace = Pace(files, told.append, begun=1200)
    pace.at(files[0], 0, "checking")
    pace.at(files[0], 1000, "checking")
    pace.at(files[1], 200, "checking")
    pace.at(files[1], 500, "fetching", 300)
    assert [progress.done for progress in told] == [1200, 1200, 1200, 1500]


def test_each_file_is_told_at_its_begin_and_its_end_and_not_each_of_its_parts():
    told: list[DownloadProgress] = []
    files = [HubFile("a", 100_000), HubFile("b", 1000)]
    pace = Pace(files, told.append)
    for done in range(100, 100_001, 100):
        pace.at(files[0], done, "fetching", 100)
    pace.at(files[1], 1000, "fetching", 1000)
    assert [progress.file for progress in (told[0], told[-1])] == ["a", "b"]
    assert ("a", 100_000) in {(progress.file, progress.file_done) for progress in told}
    assert len(told) < 100


def test_the_time_left_is_of_all_files(monkeypatch):
    now = [0.0]
    monkeypatch.setattr("desktop_llm.library.pace.time.monotonic", lambda: now[0])
    told: list[DownloadProgress] = []
    files = [HubFile("a", 1000), HubFile("b", 3000)]
    pace = Pace(files, told.append)
    pace.at(files[0], 0, "fetching", 0)
    assert told[-1].seconds_left is None
    now[0] = 1.0
    pace.at(files[0], 1000, "fetching", 1000)
    assert told[-1].bytes_per_s == pytest.approx(1000)
    assert told[-1].seconds_left == pytest.approx(3.0)
