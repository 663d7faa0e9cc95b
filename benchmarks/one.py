"""`python -m benchmarks.one NAME`: one benchmark in this process, whose environment says what it runs on."""

import argparse
import importlib
from pathlib import Path

import django

from benchmarks import report
from benchmarks.account import Account


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.one")
    parser.add_argument("name")
    parser.add_argument("--results", type=Path, required=True)
    parser.add_argument("--variant", default="")
    parser.add_argument("--small", action="store_true")
    options = parser.parse_args()
    django.setup()
    module = importlib.import_module(f"benchmarks.{options.name.replace('-', '_')}")
    account = Account.of_this_process()
    account.delay_every_call(0)
    account.forget_calls()
    measurements = []
    try:
        for measurement in module.measure(account, small=options.small, variant=options.variant):
            print(measurement.as_text() + "\n", flush=True)
            measurements.append(measurement)
    finally:
        account.delay_every_call(0)
    report.write(options.results, measurements, {})


if __name__ == "__main__":
    main()
