"""Speed, each figure beside a peer or a physical limit in the same run. `make bench` writes `docs/benchmarks.md`."""
