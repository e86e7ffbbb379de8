"""Markets written out as plain dictionaries, for researchers and tests: `lottery.market_of`."""

from lottery.plain.market import market_of

__all__ = ["market_of"]
