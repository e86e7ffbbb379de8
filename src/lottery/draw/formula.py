"""
The formula of the draw, to the byte.

A lottery number (ticket) is HMAC-SHA256 under a public key K, of the applicant's reference and nothing that others do:
adding, removing or editing one applicant changes nobody else's number.  K is a hash of everything that was published
before the dice were rolled; without a ceremony it is a hash of a text, and the run is a rehearsal.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from hashlib import sha256

SEED_LABEL = b"OEL-SEED-v1\0"
TICKET_LABEL = b"OEL-TICKET-v1\0"
SINGLE = "*"


def lp(text: str) -> bytes:
    """Length-prefixed bytes of a text: no two sequences of fields share an encoding."""
    encoded = text.encode()
    return len(encoded).to_bytes(4, "big") + encoded


@dataclass(frozen=True, slots=True)
class Seed:
    """Everything that K is made of; a rehearsal fills in nothing but `dice`."""

    dice: str
    cycle: str = ""
    roll_root: str = ""
    rules_hash: str = ""
    engine_hash: str = ""
    beacon_chain: str = ""
    beacon_round: str = ""
    beacon_value: str = ""

    @classmethod
    def rehearsal(cls, text: str) -> Seed:
        """
        The seed of `--seed TEXT`.

        >>> Seed.rehearsal("any text").key().hex()[:16]
        'f54eafd07aec5038'
        """
        return cls(dice=sha256(text.encode()).hexdigest())

    def key(self) -> bytes:
        """K, 32 bytes, public after the draw."""
        fields = (
            self.cycle,
            self.roll_root,
            self.rules_hash,
            self.engine_hash,
            self.dice,
            self.beacon_chain,
            self.beacon_round,
            self.beacon_value,
        )
        return sha256(SEED_LABEL + b"".join(map(lp, fields))).digest()


def program_scope(program: str) -> str:
    """The scope of a number of one's own at one program (multiple tie-breaker)."""
    return f"program:{program}"


@dataclass(frozen=True, slots=True)
class Drum:
    """Draws the tickets of one round and scope; smaller is better."""

    key: bytes
    cycle: str = ""
    round: str = "main"
    scope: str = SINGLE

    def ticket(self, ref: str) -> bytes:
        """
        Draw one applicant's ticket, 32 bytes.

        >>> Drum(Seed.rehearsal("any text").key()).ticket("i1").hex()[:16]
        'aded2666ad2d7eae'
        """
        return hmac.digest(self.key, self._prefix() + lp(ref), "sha256")

    def tickets(self, refs: tuple[str, ...]) -> list[bytes]:
        """Draw a ticket for each reference, in the given order."""
        key, prefix = self.key, self._prefix()
        return [hmac.digest(key, prefix + lp(ref), "sha256") for ref in refs]

    def _prefix(self) -> bytes:
        return TICKET_LABEL + lp(self.cycle) + lp(self.round) + lp(self.scope)


def shown(ticket: bytes) -> str:
    """
    A ticket as families see it: its first 64 bits as a fraction of 2^64, 18 decimals, truncated.

    >>> shown(bytes.fromhex("80" + "00" * 31))
    '0.500000000000000000'
    """
    return f"0.{(int.from_bytes(ticket[:8], 'big') * 10**18) >> 64:018d}"
