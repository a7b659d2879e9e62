"""What a node decides about its GPUs: settings and MIG, from what nvidia-smi says to the commands that are missing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rackwright.catalog import load_catalog
from rackwright.configure.gpu.divided import mig_places
from rackwright.configure.variables.gpu import gpu_settings
from tests.playbooks.program import program
from tests.unit.configure.sample import design

gpus = program("gpu_driver", "rackwright_gpus")
POOL = design().pool("train")
LAYOUTS = ["none", "7g.80gb", "1g.10gb", "3g.40gb", "1x3g.40gb+2x2g.20gb", "1x4g.40gb+3x1g.10gb"]


@dataclass
class Node:
    """A simulated node: nvidia-smi as far as the program uses it. No GPU is behind it."""

    count: int = 2
    power: int = 700
    mode: str = "Default"
    ecc: str = "Enabled"
    mig: list[str] = field(default_factory=list)
    mig_next: list[str] = field(default_factory=list)
    instances: dict[int, list[str]] = field(default_factory=dict)
    reset_works: bool = True
    refused: tuple[str, ...] = ()
    """Beginnings of options that it does not take."""
    ecc_next: str = "Enabled"
    ran: list[list[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.mig = self.mig or ["Disabled"] * self.count
        self.mig_next = list(self.mig)

    def run(self, command: Sequence[str]) -> str | None:
        words = list(command[1:])
        if words[0].startswith("--query-gpu"):
            rows = enumerate(zip(self.mig, self.mig_next, strict=True))
            form = "{}, {}.00, {}, {}, {}, {}, {}\n"
            return "".join(form.format(n, self.power, self.mode, self.ecc, self.ecc_next, *mig) for n, mig in rows)
        if words == ["mig", "-lgi"]:
            return self._table()
        self.ran.append(list(command))
        if any(word.startswith(self.refused) for word in words if self.refused):
            return None
        self._do(words)
        return ""

    def _table(self) -> str:
        rows = [(gpu, *instance.split(":")) for gpu, found in sorted(self.instances.items()) for instance in found]
        form = "|   {}  MIG {}          19        9          {}:1     |\n"
        return "".join(form.format(*row) for row in rows) or "No GPU instances found: Not Found\n"

    def _do(self, words: list[str]) -> None:
        gpu = int(words[words.index("-i") + 1]) if "-i" in words else -1
        if "-mig" in words:
            self.mig_next[gpu] = "Enabled" if words[-1] == "1" else "Disabled"
        elif "--gpu-reset" in words and self.reset_works:
            self.mig[gpu] = self.mig_next[gpu]
        elif "-dgi" in words:
            self.instances.pop(gpu)
        elif "-cgi" in words:
            self.instances[gpu] = words[words.index("-cgi") + 1].split(",")
        for word in words:
            if word.startswith("--power-limit="):
                self.power = int(word.partition("=")[2])
            if word.startswith("--compute-mode="):
                self.mode = {"EXCLUSIVE_PROCESS": "Exclusive_Process"}.get(word.partition("=")[2], "Default")
            if word.startswith("--ecc-config="):
                self.ecc_next = "Enabled" if word.endswith("1") else "Disabled"


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, file in (("SETTINGS", "settings.json"), ("LAYOUT", "mig.json"), ("APPLIED", "clocks.json")):
        monkeypatch.setattr(gpus, name, tmp_path / file)
    return tmp_path


def layout(files: Path, text: str) -> list[str]:
    create = mig_places(POOL.model_copy(update={"mig": text}))
    (files / "mig.json").write_text(json.dumps({"create": create}))
    return create


def test_settings_are_changed_once_and_only_where_they_differ(files: Path) -> None:
    wanted = {**gpu_settings(POOL), "compute_mode": "exclusive-process", "graphics_clock_mhz": 1410}
    (files / "settings.json").write_text(json.dumps(wanted))
    node = Node()
    assert gpus.settings(node.run, apply=False) == 1
    assert not node.ran, "a look changes nothing"
    assert gpus.settings(node.run, apply=True) == 0
    assert (node.power, node.mode) == (650, "Exclusive_Process")
    assert ["nvidia-smi", "--lock-gpu-clocks=1410,1410"] in node.ran
    done = len(node.ran)
    assert gpus.settings(node.run, apply=True) == 0
    assert len(node.ran) == done


@pytest.mark.parametrize("option", ["--power-limit", "--compute-mode", "--lock-gpu-clocks"])
def test_a_setting_that_a_gpu_refuses_is_not_taken_for_set(
    files: Path, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = {"power_limit_w": 9000, "compute_mode": "exclusive-process", "graphics_clock_mhz": 1410}
    (files / "settings.json").write_text(json.dumps(wanted))
    node = Node(refused=(option,))
    assert gpus.settings(node.run, apply=True) == 1
    assert f"to do: nvidia-smi {'' if 'clocks' in option else '-i 0 '}{option}" in capsys.readouterr().out
    assert gpus.settings(node.run, apply=False) == 1, "nor at the next look"


def test_a_clock_that_the_design_no_longer_holds_is_let_go(files: Path) -> None:
    node = Node()
    for held in ({"graphics_clock_mhz": 1410, "memory_clock_mhz": 2619}, {"graphics_clock_mhz": 1200}, {}):
        (files / "settings.json").write_text(json.dumps(held))
        assert gpus.settings(node.run, apply=False) == 1
        assert gpus.settings(node.run, apply=True) == 0
        assert gpus.settings(node.run, apply=False) == 0
    assert [command[1] for command in node.ran] == [
        *("--lock-gpu-clocks=1410,1410", "--lock-memory-clocks=2619,2619"),
        *("--lock-gpu-clocks=1200,1200", "--reset-memory-clocks", "--reset-gpu-clocks"),
    ]


def test_error_correction_that_changes_at_a_boot_is_said_by_the_exit_status(files: Path) -> None:
    (files / "settings.json").write_text(json.dumps({"ecc": False}))
    node = Node()
    assert gpus.settings(node.run, apply=True) == gpus.BOOT_NEEDED
    node.ecc = node.ecc_next  # the boot
    assert gpus.settings(node.run, apply=True) == 0


def test_error_correction_waits_for_a_boot() -> None:
    (found,) = gpus.read_gpus("0, 700.00, Default, Disabled, Enabled, Disabled, Disabled\n")
    assert gpus.needs_boot([found])
    assert gpus.plan_settings([found], {"ecc": True}, {}) == []
    assert gpus.plan_settings([found], {"ecc": False}, {}) == [["nvidia-smi", "-i", "0", "--ecc-config=0"]]


def test_a_gpu_that_lacks_a_setting_is_left_alone() -> None:
    (found,) = gpus.read_gpus("0, [N/A], [N/A], [N/A], [N/A], [N/A], [N/A]\n")
    assert gpus.plan_settings([found], {"power_limit_w": 300, "compute_mode": "prohibited", "ecc": True}, {}) == []
    assert gpus.plan_mode([found], divided=True) == []


@pytest.mark.parametrize("text", LAYOUTS)
def test_the_declared_layout_is_applied_verified_and_then_left_alone(files: Path, text: str) -> None:
    create = layout(files, text)
    node = Node(instances={})
    assert gpus.mig(node.run, apply=True) == 0
    assert all(sorted(node.instances.get(gpu, [])) == sorted(create) for gpu in range(node.count))
    assert gpus.mig(node.run, apply=False) == 0
    done = len(node.ran)
    assert gpus.mig(node.run, apply=True) == 0
    assert len(node.ran) == done


@given(st.sampled_from(LAYOUTS), st.sampled_from(LAYOUTS), st.integers(0, 3))
def test_from_any_layout_to_any_other_only_what_differs_is_emptied(before: str, after: str, same: int) -> None:
    old, new = (mig_places(POOL.model_copy(update={"mig": text})) for text in (before, after))
    there: dict[int, list[str]] = {gpu: sorted(new if gpu < same else old) for gpu in range(4)}
    found = [gpus.Gpu(gpu, 700.0, "Default", "Enabled", "Enabled", "Enabled", "Enabled") for gpu in range(4)]
    touched = {int(command[3]) for command in gpus.plan_instances(found, there, new)}
    assert touched == {gpu for gpu in range(4) if there[gpu] != sorted(new)}


def test_a_mode_that_no_reset_changes_asks_for_a_boot_and_creates_nothing(files: Path) -> None:
    layout(files, "3g.40gb")
    node = Node(reset_works=False)
    assert gpus.mig(node.run, apply=True) == gpus.BOOT_NEEDED
    assert node.instances == {}
    node.mig = list(node.mig_next)  # the boot
    assert gpus.mig(node.run, apply=True) == 0


@given(st.data())
def test_instances_of_the_catalogs_layouts_never_overlap(data: st.DataObject) -> None:
    divided = sorted(name for name, gpu in load_catalog().gpus.items() if gpu.mig)
    gpu = load_catalog().gpus[data.draw(st.sampled_from(divided))]
    profile = data.draw(st.sampled_from([one.name for one in gpu.mig if "+" not in one.name]))
    places = mig_places(POOL.model_copy(update={"gpu_model": gpu.name, "mig": profile}))
    size = {one.name: one.memory_slices for one in gpu.mig}
    taken = [slot for place in places for slot in _slots(place, size)]
    assert places
    assert len(taken) == len(set(taken))


def _slots(place: str, size: dict[str, int]) -> range:
    profile, _, start = place.partition(":")
    return range(int(start), int(start) + size[profile])


@pytest.mark.parametrize("arguments", [[], ["mig"], ["settings", "guess"], ["mig", "check", "now"]])
def test_a_wrong_call_is_told_how_to_call(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert gpus.main(arguments) == 2
    assert "settings|mig check|apply" in capsys.readouterr().err


def test_a_refusal_of_nvidia_smi_is_shown(capfd: pytest.CaptureFixture[str]) -> None:
    said: Any = gpus.really(["sh", "-c", "echo no permission >&2; exit 4"])
    assert said is None
    assert "no permission" in capfd.readouterr().err
