"""What a node says of its GPUs."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rackwright.node import gpu_metrics

percents = st.one_of(st.none(), st.floats(0, 100))
looks = st.integers(1, 8).flatmap(
    lambda gpus: st.lists(st.lists(percents, min_size=gpus, max_size=gpus), min_size=1, max_size=5)
)


def test_a_line_is_a_gpu_and_one_without_a_figure_is_not_zero() -> None:
    assert gpu_metrics.utilisations("0\n97\n[N/A]\n\n") == [0.0, 97.0, None]


@given(looks, st.integers(0, 3))
def test_the_busiest_look_at_each_gpu_counts(found: list[list[float | None]], processes: int) -> None:
    values = gpu_metrics.busiest(found, processes)
    assert len(values) == len(found[0])
    for number, value in enumerate(values):
        known = [look[number] for look in found if look[number] is not None]
        assert value == (max(known) if known else (100.0 if processes else 0.0))


def test_the_form_names_cluster_and_pool_and_has_a_value_for_each_gpu() -> None:
    settings = {"namespace": "Rackwright", "metric": "GPUUtilization", "cluster": "c", "pool": "train"}
    form = {key: one for key, (one,) in parse_qs(gpu_metrics.form_of(settings, [0.0, 97.5]).decode()).items()}
    assert form["Action"] == "PutMetricData"
    metric = "MetricData.member.1"
    assert form[f"{metric}.Values.member.2"] == "97.5"
    dimensions = {
        form[f"{metric}.Dimensions.member.{n}.Name"]: form[f"{metric}.Dimensions.member.{n}.Value"] for n in (1, 2)
    }
    assert dimensions == {"Cluster": "c", "Pool": "train"}


def test_gpus_are_looked_at_several_times(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "nvidia-smi"
    program.write_text(
        "#!/bin/sh\ncase $1 in *compute-apps*) exit;; esac\n"
        'echo x >> "$0.n"; echo $(( $(wc -l < "$0.n") * 10 )); echo 0\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(gpu_metrics, "PAUSE_S", 0.0)
    assert gpu_metrics.look() == [10.0 * gpu_metrics.LOOKS, 0.0]
