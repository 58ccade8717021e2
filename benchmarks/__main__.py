"""Run the benchmarks: `python -m benchmarks [NAME…] [--quick]`; a NAME is what follows `bench_` in a file's name."""

from __future__ import annotations

import argparse
import importlib
from pathlib import Path


def main() -> None:
    names = sorted(path.stem.removeprefix("bench_") for path in Path(__file__).parent.glob("bench_*.py"))
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(names)}; default: all")
    parser.add_argument("--quick", action="store_true", help="less of everything: does it run at all?")
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(names):
        parser.error(f"no benchmark is called {', '.join(sorted(unknown))}")
    for name in asked.names or names:
        print(f"== {name}", flush=True)
        importlib.import_module(f"benchmarks.bench_{name}").run(quick=asked.quick)


if __name__ == "__main__":
    main()
