"""Runs a Pulumi program in this process, the way the language host does, against an in-process monitor and engine.

The program's folder comes first on ``sys.path``, its project's root is importable, the main file runs by
`runpy.run_path` with its folder as working directory. Its modules are loaded anew for each run and taken out again, so
that several runs in one process do not see each other.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import os
import re
import runpy
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from pulumi.runtime import settings, stack
from pulumi.runtime.config import set_all_config

from rackwright.diagnostics import InputError, StepFailed
from rackwright.engine.registration import unsupported
from rackwright.engine.urn import StackRef

EXCERPT_FRAMES = 3
"""Frames of the user's program shown when it raises."""


@dataclass(frozen=True, slots=True)
class Program:
    """What to run and under which name and configuration."""

    code: Path | Callable[[], object]
    stack: StackRef
    config: Mapping[str, str]
    secret_config: frozenset[str]
    preview: bool
    parallel: int

    def run(self, monitor: object, engine: object) -> None:
        """Run it to its end. Raises what the program raised; returns when every registration was answered."""
        contextvars.copy_context().run(self._run, monitor, engine)

    def _run(self, monitor: object, engine: object) -> None:
        settings.ROOT.set(None)
        settings.configure(
            settings.Settings(
                project=self.stack.project,
                stack=self.stack.name,
                organization=self.stack.organization,
                monitor=monitor,
                engine=engine,
                parallel=self.parallel,
                dry_run=self.preview,
                root_directory=str(project_root(self.code)),
            )
        )
        set_all_config(dict(self.config), sorted(self.secret_config))
        if isinstance(self.code, Path):
            main = str(_main_file(self.code))
            with _importable(Path(main)):
                _drive(lambda: runpy.run_path(main, run_name="__main__"), self.parallel)
        else:
            _drive(self.code, self.parallel)


def _drive(main: Callable[[], object], parallel: int) -> None:
    """Run `main` as a stack on a loop of its own. The loop's threads end before this returns, whatever happens."""
    loop = asyncio.new_event_loop()
    threads = ThreadPoolExecutor(max_workers=parallel, thread_name_prefix="engine")
    loop.set_default_executor(threads)
    loop.set_exception_handler(_quiet)
    try:
        loop.run_until_complete(stack.run_in_stack(lambda: _declare(main)))
    finally:
        threads.shutdown(wait=True, cancel_futures=True)
        for task in asyncio.all_tasks(loop):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                loop.run_until_complete(task)
        loop.close()


async def _declare(main: Callable[[], object]) -> None:
    """Run the program, then let its registrations begin before the SDK waits for them.

    Without that it finds none, and waits for every output in turn instead: quadratic in their number (SDK 3.272).
    """
    result = main()
    if asyncio.iscoroutine(result):
        await result
    await asyncio.sleep(0)


def _quiet(loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
    """The SDK leaves tasks behind when a program fails; the failure itself is reported by `explain`."""
    del loop, context


def _main_file(code: Path) -> Path:
    main = (code / "__main__.py" if code.is_dir() else code).resolve()
    if not main.is_file():
        raise InputError(f"there is no Pulumi program at {code}", where=str(main), hint="check `main:` in Pulumi.yaml")
    return main


def project_root(code: Path | Callable[[], object]) -> Path:
    """Folder of Pulumi.yaml above the program, else the folder above the program's own."""
    if not isinstance(code, Path):
        return Path.cwd()
    folder = _main_file(code).parent
    return next((above for above in (folder, *folder.parents) if (above / "Pulumi.yaml").exists()), folder.parent)


@contextlib.contextmanager
def _importable(main: Path) -> Iterator[None]:
    """Make the program's modules importable, fresh, for the time of one run."""
    before, path, folder = _take_out(main.parent), list(sys.path), Path.cwd()
    sys.path[:0] = [str(main.parent), str(project_root(main))]
    os.chdir(main.parent)
    try:
        yield
    finally:
        os.chdir(folder)
        sys.path[:] = path
        _take_out(main.parent)
        sys.modules.update(before)


def _take_out(folder: Path) -> dict[str, ModuleType]:
    """Remove the modules that were loaded from `folder`, and give them back."""
    prefix = f"{folder}{os.sep}"
    inside = {name: module for name, module in sys.modules.items() if _file(module).startswith(prefix)}
    inside.pop("__main__", None)
    for name in inside:
        del sys.modules[name]
    return inside


def _file(module: ModuleType) -> str:
    return str(getattr(module, "__file__", None) or "")


_NO_FEATURE = re.compile(r"The Pulumi CLI does not support (?:the )?(\w[\w ]*?)(?: option)?\. Please update")


def explain(cause: BaseException, code: Path | Callable[[], object]) -> StepFailed | InputError:
    """The error a person sees when the program raised `cause`: its own last frames, none of the engine's."""
    if missing := _NO_FEATURE.search(str(cause)):
        return unsupported(missing[1])
    frames = [frame for frame in traceback.extract_tb(cause.__traceback__) if _is_users(frame.filename)]
    lines = [f"{frame.filename}:{frame.lineno} in {frame.name}: {frame.line}" for frame in frames[-EXCERPT_FRAMES:]]
    where = lines[-1].split(" in ")[0] if lines else (str(code) if isinstance(code, Path) else None)
    excerpt = "".join(f"\n    {line}" for line in lines)
    return StepFailed(
        f"the program raised {type(cause).__name__}: {cause}{excerpt}",
        where=where,
        hint="correct the program; what was done before is recorded",
    )


_OWN = str(Path(__file__).parent)


def _is_users(filename: str) -> bool:
    installed = ("site-packages", f"{os.sep}lib{os.sep}python", "<frozen")
    return not filename.startswith(_OWN) and not any(part in filename for part in installed)
