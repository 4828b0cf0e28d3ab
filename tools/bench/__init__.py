# SPDX-License-Identifier: MIT
"""The parts of tools/bench.py; host/ is a benchmark of its own."""
