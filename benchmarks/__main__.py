"""`python -m benchmarks [--small] [--strict] [name…]`: the benchmarks one after another, each in its own process."""

import argparse
import os
import shutil
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from benchmarks import account, report, stage

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    parser = argparse.ArgumentParser(prog="./console bench", description="How fast the console is. See docs/speed.md.")
    parser.add_argument(
        "names", nargs="*", metavar="name", help=f"one or more of {', '.join(stage.NAMES)}; default: all"
    )
    parser.add_argument("--small", action="store_true", help="fewer repetitions, under a minute")
    parser.add_argument("--strict", action="store_true", help="exit with 1 when a target is missed")
    options = parser.parse_args()
    if unknown := [name for name in options.names if name not in stage.NAMES]:
        parser.error(f"unknown: {', '.join(unknown)}; known: {', '.join(stage.NAMES)}")
    started, before = time.monotonic(), report.processor_seconds()
    machine = report.machine()
    words = ", ".join(f"{key} {value}" for key, value in machine.items())
    print(f"Machine: {words}. Figures are compared within this run only.\n", flush=True)
    with ExitStack() as stack:
        state = Path(tempfile.mkdtemp(prefix="admin-ui-bench-"))
        stack.callback(shutil.rmtree, state, ignore_errors=True)
        measurements, broken = run(options.names or list(stage.NAMES), small=options.small, state=state, stack=stack)
    facts = {
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "machine": machine,
        "small": options.small,
        "seconds": round(time.monotonic() - started, 1),
        "broken": broken,
        "used_by_others": _tell_others(before, time.monotonic() - started, int(machine["cores"] or 1)),
    }
    missed = [one.what for one in measurements if one.met is False]
    results = Path(os.environ.get("STATE") or ROOT / ".state").resolve() / "benchmarks" / "latest.json"
    report.write(results, measurements, facts)
    met = sum(1 for one in measurements if one.met)
    print(f"{met} targets met, {len(missed)} missed, in {facts['seconds']:.0f} s. Kept in {results}")
    for what in missed:
        print(f"MISSED: {what}")
    for name in broken:
        print(f"BROKEN: {name} could not be measured; see above.")
    return 2 if broken else 1 if missed and options.strict else 0


def _tell_others(before: tuple[float, float] | None, seconds: float, cores: int) -> float | None:
    """Say how much of the machine was at others' disposal: their work makes every figure in milliseconds worse."""
    after = report.processor_seconds()
    if before is None or after is None:
        return None
    share = report.used_by_others(before, after, seconds, cores)
    doubt = " Milliseconds, and counts within a second, say little then; run it again alone." if share > 0.2 else ""
    print(f"Other programs used {share:.0%} of the processors meanwhile.{doubt}")
    return round(share, 2)


def run(names: list[str], *, small: bool, state: Path, stack: ExitStack) -> tuple[list[report.Measurement], list[str]]:
    """The measurements, and the names of the benchmarks that broke."""
    environment = stage.environment(state)
    with ThreadPoolExecutor() as threads:
        prepared = threads.submit(stage.prepare, environment)
        pretend = stack.enter_context(account.running(environment))
        prepared.result()
    environment |= pretend.environment()
    measurements: list[report.Measurement] = []
    broken: list[str] = []
    for name in names:
        for variant in stage.variants(name, environment, stack):
            results = state / f"{name}-{len(measurements)}.json"
            print(f"== {name}{f' on {variant.words}' if variant.words else ''}", flush=True)
            code = stage.in_a_process(name, variant, results=results, small=small)
            if code or not results.exists():
                broken.append(f"{name} {variant.words}".strip())
                continue
            measurements += report.read(results)
    return measurements, broken


if __name__ == "__main__":
    sys.exit(main())
