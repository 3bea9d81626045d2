"""Names for runs that were given none."""

from __future__ import annotations

import secrets


def _words(text: str) -> list[str]:
    return text.split()


_MANNERS = _words(
    """
    able amber ample aware bold brave bright brisk calm candid clear clever cosmic crisp
    daring deft eager early fair fleet fond frank fresh gentle glad golden grand happy
    hardy honest humble keen kind lively loyal lucid lunar mellow merry mild nimble
    noble patient placid polite proud quick quiet rapid ready serene sharp silent
    silver smart solar steady sunny swift tidy upbeat vivid warm wise witty zesty
    """
)
_CREATURES = _words(
    """
    ant bat bear bee bison boar carp cat cod colt crab crane crow deer dove duck eagle
    eel elk falcon finch fox frog gnu goat goose gull hare hawk heron horse ibis jay
    koala lark lion llama lynx mink mole moose moth mouse newt otter owl panda perch
    pike puma quail ram raven robin seal shark sheep shrew skunk sloth snail squid
    stork swan tern tiger toad trout vole wasp whale wolf wren yak zebra
    """
)


def made_up() -> str:
    """Such as "brisk-otter-417"; not unique, only easy to tell apart."""
    manner, creature = secrets.choice(_MANNERS), secrets.choice(_CREATURES)
    return f"{manner}-{creature}-{secrets.randbelow(1000)}"
