"""Passwords by the pool's policy. They are made, checked and handed on; nothing here keeps or writes one down. Pure."""

import secrets

from aws.resources import PasswordPolicy

LONGEST = 256
_DEFAULT = PasswordPolicy(8, lowercase=True, uppercase=True, numbers=True, symbols=True)
_SYMBOLS = "^$*.[]{}()?\"!@#%&/\\,><':;|_~`=+- "
# Without letters and digits that look alike, because somebody may have to read them out over the telephone.
_LOWER, _UPPER, _DIGITS, _SAFE_SYMBOLS = "abcdefghijkmnpqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789", "!#%+-=?_"
_USUAL_LENGTH = 16


def generated(policy: PasswordPolicy | None) -> str:
    """A random password that every policy of this pool's strength accepts, about 95 bits or more."""
    rules = policy or _DEFAULT
    length = min(max(_USUAL_LENGTH, rules.minimum_length or 0), LONGEST)
    chosen = [secrets.choice(one) for one in (_LOWER, _UPPER, _DIGITS, _SAFE_SYMBOLS)]
    chosen += [secrets.choice(_LOWER + _UPPER + _DIGITS) for _ in range(length - len(chosen))]
    secrets.SystemRandom().shuffle(chosen)
    return "".join(chosen)


def requirements(policy: PasswordPolicy | None, history: int = 0) -> tuple[str, ...]:
    """The policy as phrases."""
    rules = policy or _DEFAULT
    phrases = [f"at least {rules.minimum_length or 6} characters"]
    wanted = (
        (rules.lowercase, "a lower-case letter"),
        (rules.uppercase, "an upper-case letter"),
        (rules.numbers, "a digit"),
        (rules.symbols, "a symbol such as ! or -"),
    )
    phrases += [words for is_wanted, words in wanted if is_wanted]
    if history:
        phrases.append(f"none of the last {history} passwords of this user")
    return tuple(phrases)


def problem_of(password: str, policy: PasswordPolicy | None) -> str:
    """The first thing the policy has against this password, or "". The password itself is never part of the words."""
    rules = policy or _DEFAULT
    least = rules.minimum_length or 6
    checks = (
        (len(password) < least, f"The pool asks for at least {least} characters."),
        (len(password) > LONGEST, f"A password has at most {LONGEST} characters."),
        (password != password.strip(), "A password neither begins nor ends with a space."),
        (rules.lowercase and not any("a" <= one <= "z" for one in password), "The pool asks for a lower-case letter."),
        (rules.uppercase and not any("A" <= one <= "Z" for one in password), "The pool asks for an upper-case letter."),
        (rules.numbers and not any(one in "0123456789" for one in password), "The pool asks for a digit."),
        (rules.symbols and not any(one in _SYMBOLS for one in password), "The pool asks for a symbol such as ! or -."),
    )
    return next((words for is_broken, words in checks if is_broken), "")
