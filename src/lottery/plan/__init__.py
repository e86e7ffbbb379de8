"""
Planning with OR-Tools: what could be reached at all, where seats should go, which rooms and sites.

One rule is one function, and every plan passes a checker that knows no solver.
"""
