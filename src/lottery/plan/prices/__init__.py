"""The price of rules: of stability, of respecting priorities, of every safeguard; and bands before any draw."""

from lottery.plan.prices.answer import EVERYBODY, MEASURES, MOVES, Estimate, Line, Price, Prices
from lottery.plan.prices.comparisons import ALL, BOUNDED, MEANT, NOT_MEANT, PRIORITIES, TIES
from lottery.plan.prices.filling import Category, Floors, floors
from lottery.plan.prices.prices import LEAST_RANKS, MOST_CHILDREN, prices

__all__ = [
    "ALL",
    "BOUNDED",
    "EVERYBODY",
    "LEAST_RANKS",
    "MEANT",
    "MEASURES",
    "MOST_CHILDREN",
    "MOVES",
    "NOT_MEANT",
    "PRIORITIES",
    "TIES",
    "Category",
    "Estimate",
    "Floors",
    "Line",
    "Price",
    "Prices",
    "floors",
    "prices",
]
