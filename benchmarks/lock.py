"""Wall time of the version resolver: ``python -m benchmarks.lock``. Best of five, warm interpreter, catalog loaded."""

import datetime as dt
import time
from collections.abc import Callable

from rackwright.catalog.software import load_software
from rackwright.diagnostics import InputError
from rackwright.lock import Wants, check, dump_lock, parse_lock, resolve

TODAY = dt.date(2026, 11, 21)
TRAINING = Wants(
    system="ubuntu-24.04",
    target="aws",
    architectures=("x86_64",),
    gpus=("h100-80gb",),
    nvswitch=("nvswitch",),
    fabrics=("efa",),
    schedulers=("slurm",),
    software={
        "driver": "580.*",
        "module": "open",
        "cuda": "13.0.*",
        "container-toolkit": "present",
        "pyxis": "present",
    },
)
IMPOSSIBLE = TRAINING.model_copy(update={"gpus": ("v100-32gb", "b200-180gb")})


def best_ms(action: Callable[[], object], rounds: int = 5) -> float:
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return min(times) * 1000


def contradiction() -> None:
    try:
        resolve(IMPOSSIBLE, load_software(), TODAY)
    except InputError:
        return
    raise AssertionError("the wants were meant to contradict each other")


def main() -> None:
    start = time.perf_counter()
    catalog = load_software()
    print(f"{'load the software catalog':36}{(time.perf_counter() - start) * 1000:9.1f} ms")
    lock = resolve(TRAINING, catalog, TODAY).lock
    text = dump_lock(lock)
    rows = {
        "resolve (h100, EFA, Slurm)": lambda: resolve(TRAINING, catalog, TODAY),
        "name a contradiction": contradiction,
        "check a lock": lambda: check(lock, catalog, TODAY),
        "write a lock": lambda: dump_lock(lock),
        "read a lock": lambda: parse_lock(text, "x.lock.yaml"),
    }
    for name, action in rows.items():
        print(f"{name:36}{best_ms(action):9.1f} ms")


if __name__ == "__main__":
    main()
