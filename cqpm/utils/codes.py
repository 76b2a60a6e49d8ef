"""Codes people retype by hand: no letter that looks like a digit, and a check character."""

import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTWXYZ"  # 29 signs, a prime: no 0 O, 1 I L, U V
LENGTH = 13  # 13 × log2(29) = 63.2 random bits


def _check(body: str) -> str:
    """The sign that makes one mistyped character, or two neighbours swapped, show."""
    total = sum(ALPHABET.index(sign) * (position + 2) for position, sign in enumerate(body))
    return ALPHABET[total % len(ALPHABET)]


def new_code() -> str:
    """A fresh code: 13 random signs and a check sign, written without separators."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return body + _check(body)


def normalise(text: str) -> str | None:
    """The code a person typed, spaces and dashes dropped, or None when it cannot be one."""
    code = "".join(character for character in text.upper() if character not in " -–.\u00a0\u202f")
    valid = len(code) == LENGTH + 1 and set(code) <= set(ALPHABET) and _check(code[:-1]) == code[-1]
    return code if valid else None


def spaced(code: str) -> str:
    """The code in readable groups: «7KQM-2F9D-X4TR-AB»."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))
