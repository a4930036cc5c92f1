"""The budgets of the project, measured against public yardsticks: `python -m tests.benchmarks`, never in a gate."""
