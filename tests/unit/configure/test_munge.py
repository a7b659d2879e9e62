import threading
from pathlib import Path

from rackwright.configure import munge_key


def test_the_key_is_made_once_and_only_we_can_read_it(tmp_path: Path) -> None:
    key = munge_key(tmp_path / "secrets")
    assert munge_key(tmp_path / "secrets") == key
    assert 32 <= len(key) <= 1024
    assert (tmp_path / "secrets" / "munge.key").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700


def test_two_stacks_have_two_keys(tmp_path: Path) -> None:
    assert munge_key(tmp_path / "a") != munge_key(tmp_path / "b")


def test_two_makers_at_once_agree(tmp_path: Path) -> None:
    found: list[str] = []
    makers = [threading.Thread(target=lambda: found.append(munge_key(tmp_path))) for _ in range(8)]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join()
    assert len(set(found)) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["munge.key"]
