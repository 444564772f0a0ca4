from pathlib import Path

import pytest

from service.export.replacing import complete_interrupted, replace_together

SUFFIXES = (".docx", ".xlsx", ".html", ".pdf")


def issue(folder: Path, number: bytes, suffixes: tuple[str, ...] = SUFFIXES) -> dict[Path, bytes]:
    return {folder / f"briefing{suffix}": number for suffix in suffixes}


def shown(folder: Path) -> dict[str, bytes]:
    """What stands in the folder under a name that somebody opens."""
    return {file.name: file.read_bytes() for file in folder.iterdir() if not file.name.startswith(".")}


class KilledError(BaseException):
    """Ends the process where it stands: no code of it runs afterwards."""


def stop_at(monkeypatch: pytest.MonkeyPatch, step: int, fault: BaseException) -> None:
    """Let the change of a name numbered `step`, counted from zero, not happen, and raise `fault` there."""
    change, steps = Path.replace, iter(range(100))

    def changed(self: Path, target: Path) -> Path:
        if next(steps) == step:
            raise fault
        return change(self, target)

    monkeypatch.setattr(Path, "replace", changed)


# Four old names go aside, then four new files get theirs.
STEPS = range(2 * len(SUFFIXES))


@pytest.mark.parametrize("step", STEPS)
def test_whoever_is_killed_between_two_names_mixes_no_two_issues_and_the_next_one_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    replace_together(issue(tmp_path, b"1"))
    with monkeypatch.context() as killed:
        stop_at(killed, step, KilledError())
        with pytest.raises(KilledError):
            replace_together(issue(tmp_path, b"2"))
    assert len(set(shown(tmp_path).values())) <= 1
    replace_together(issue(tmp_path, b"3"))
    assert shown(tmp_path) == {f"briefing{suffix}": b"3" for suffix in SUFFIXES}
    assert len(list(tmp_path.iterdir())) == len(SUFFIXES)


@pytest.mark.parametrize("step", STEPS)
def test_a_disk_that_refuses_a_name_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    replace_together(issue(tmp_path, b"1"))
    with monkeypatch.context() as refused:
        stop_at(refused, step, OSError(5, "Input/output error"))
        with pytest.raises(OSError, match="Input/output"):
            replace_together(issue(tmp_path, b"2"))
    assert shown(tmp_path) == {f"briefing{suffix}": b"1" for suffix in SUFFIXES}
    assert len(list(tmp_path.iterdir())) == len(SUFFIXES)


def test_a_folder_that_has_one_of_the_names_is_left_and_so_are_the_files(tmp_path: Path) -> None:
    replace_together(issue(tmp_path, b"1", SUFFIXES[:3]))
    (tmp_path / "briefing.pdf").mkdir()
    with pytest.raises(IsADirectoryError):
        replace_together(issue(tmp_path, b"2"))
    assert {name.suffix: name.read_bytes() for name in issue(tmp_path, b"", SUFFIXES[:3])} == dict.fromkeys(
        SUFFIXES[:3], b"1"
    )
    assert (tmp_path / "briefing.pdf").is_dir()


def test_what_the_new_issue_lacks_goes_with_the_old_one(tmp_path: Path) -> None:
    replace_together(issue(tmp_path, b"1"))
    replace_together(issue(tmp_path, b"2", SUFFIXES[:3]), gone=tmp_path / "briefing.pdf")
    assert shown(tmp_path) == {f"briefing{suffix}": b"2" for suffix in SUFFIXES[:3]}


@pytest.mark.parametrize("suffixes", [SUFFIXES, SUFFIXES[:3]], ids=["whole", "without a PDF"])
@pytest.mark.parametrize("step", STEPS)
def test_an_issue_in_whose_making_somebody_was_killed_is_whole_again_without_being_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int, suffixes: tuple[str, ...]
) -> None:
    replace_together(issue(tmp_path, b"1"))
    gone = tmp_path / "briefing.pdf" if len(suffixes) < len(SUFFIXES) else None
    with monkeypatch.context() as killed:
        stop_at(killed, step, KilledError())
        try:
            replace_together(issue(tmp_path, b"2", suffixes), gone=gone)
        except KilledError:
            assert complete_interrupted(tmp_path) is (step > 0)
    first = {name.name: data for name, data in issue(tmp_path, b"1").items()}
    second = {name.name: data for name, data in issue(tmp_path, b"2", suffixes).items()}
    assert shown(tmp_path) == (first if step == 0 else second)
    assert complete_interrupted(tmp_path) is False


def test_what_a_refusing_disk_left_aside_is_put_back(tmp_path: Path) -> None:
    replace_together(issue(tmp_path, b"1"))
    (tmp_path / "briefing.docx").rename(tmp_path / ".briefing.former.docx")
    assert complete_interrupted(tmp_path)
    assert shown(tmp_path) == {f"briefing{suffix}": b"1" for suffix in SUFFIXES}


def test_drafts_that_were_left_by_whoever_was_killed_while_writing_go_with_the_next_making(tmp_path: Path) -> None:
    (tmp_path / ".older.part.docx").write_bytes(b"half")
    assert complete_interrupted(tmp_path) is False
    replace_together(issue(tmp_path, b"1"))
    assert {file.name for file in tmp_path.iterdir()} == {f"briefing{suffix}" for suffix in SUFFIXES}
