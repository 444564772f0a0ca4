import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from service.disk_room import DiskRoom, Reserve, check_room, room_of

MIB = 1024**2
GIB = 1024 * MIB


@pytest.mark.parametrize(
    ("total", "needed"), [(2000 * GIB, GIB), (10 * GIB, GIB), (5 * GIB, GIB // 2), (GIB, 256 * MIB)]
)
def test_a_tenth_of_the_disk_stops_the_crawl_but_never_more_than_a_start_asks_for(total: int, needed: int) -> None:
    assert DiskRoom(needed, total).needed_to_collect == needed
    assert DiskRoom(needed, total).sentence is None
    assert not DiskRoom(needed - 1, total).collects


def test_what_stops_does_so_in_order_and_is_named() -> None:
    rooms = [DiskRoom(mib * MIB, 100 * GIB) for mib in (2000, 1000, 500, 60)]
    assert [(room.collects, room.takes_amounts, room.judges) for room in rooms] == [
        (True, True, True),
        (False, True, True),
        (False, False, True),
        (False, False, False),
    ]
    told = [room.sentence or "" for room in rooms]
    assert told[0] == ""
    assert told[1] == ("磁盘将满，已停止采集：只剩 1000 MiB，采集至少需要 1024 MiB。请清理磁盘，有空间后自动继续。")
    assert "导入、推送和简报也暂停" in told[2]
    assert "采集、导入和研判都已停止" in told[3]


def test_a_disk_that_cannot_be_asked_stops_nothing(tmp_path: Path) -> None:
    assert room_of(tmp_path / "nowhere") is None
    assert check_room(tmp_path / "nowhere") is None


class TestReserve:
    def test_it_is_made_where_there_is_room_beside_it_and_takes_its_bytes_at_once(self, tmp_path: Path) -> None:
        free = [GIB + 63 * MIB]
        reserve = Reserve(tmp_path, look=lambda _: DiskRoom(free[0], 100 * GIB))
        assert reserve.tend() is None
        free[0] = GIB + 64 * MIB
        assert [reserve.tend(), reserve.tend()] == ["made", None]
        assert (tmp_path / "reserve").stat().st_blocks * 512 >= 64 * MIB

    def test_it_is_given_back_when_nothing_is_left_and_made_again_with_room(self, tmp_path: Path) -> None:
        free = [2 * GIB]
        reserve = Reserve(tmp_path, look=lambda _: DiskRoom(free[0], 100 * GIB))
        told = []
        for free[0] in (2 * GIB, 16 * MIB, 15 * MIB, 15 * MIB, 79 * MIB, GIB, 2 * GIB):
            told.append(reserve.tend())
        assert told == ["made", None, "freed", None, None, None, "made"]

    def test_what_it_gives_back_is_not_for_judging(self, tmp_path: Path) -> None:
        reserve = Reserve(tmp_path, look=lambda _: DiskRoom(2 * GIB, 100 * GIB))
        assert reserve.tend() == "made"
        given_back = (tmp_path / "reserve").stat().st_size
        assert not DiskRoom(16 * MIB + given_back, 100 * GIB).judges
        assert DiskRoom(128 * MIB, GIB).judges

    def test_one_that_does_not_fit_leaves_no_half_file(self, tmp_path: Path) -> None:
        script = (
            "import resource, sys; from pathlib import Path; from service.disk_room import Reserve\n"
            "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
            "from service.disk_room import DiskRoom\n"
            "print(Reserve(Path(sys.argv[1]), look=lambda _: DiskRoom(1 << 40, 1 << 41)).tend())"
        )
        ended = subprocess.run(
            [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=False, timeout=60
        )
        assert ended.stdout == "None\n"
        assert not list(tmp_path.iterdir())


def test_the_disk_of_the_data_folder_is_what_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Path] = []

    def usage(path: Path) -> SimpleNamespace:
        asked.append(path)
        return SimpleNamespace(free=MIB, total=GIB)

    monkeypatch.setattr(shutil, "disk_usage", usage)
    assert check_room(tmp_path) is not None
    assert asked == [tmp_path]
