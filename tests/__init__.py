"""The unit tests. They mirror the package; `make test` runs them on the compiled and on the pure build."""
