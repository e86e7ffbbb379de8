"""Benchmarks: our kernel beside a C++ heap, and `lottery run` from files to files; equality first, then time."""
