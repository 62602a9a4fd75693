"""Times this project against import-linter, side by side on real programs: ``python -m benchmarks``."""
