"""A change made in the running process: functions take the code of their changed twin, modules its values."""

import gc
import sys
from datetime import timedelta
from types import CodeType, FunctionType

from django.db.models import Q


def graft(mutant, tree, path):
    """Makes the change of a mutant, whose `tree` was read from the file `path`, in this process and for good."""
    mutant.make()
    code = compile(tree, path, "exec")
    if mutant.runs:
        return give_codes(path, codes(code))
    module = next(one for one in every_module() if getattr(one, "__file__", None) == path)
    twin = {"__name__": module.__name__, "__file__": path}
    exec(code, twin)
    return give_values(twin, module)


def every_module():
    return list(sys.modules.values())


def codes(code):
    """{(name, first line): code} of every function compiled with a file."""
    found = {}
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            found |= {(inner.co_qualname, inner.co_firstlineno): inner} | codes(inner)
    return found


def give_codes(path, changed):
    gc.unfreeze()  # what is frozen is not listed
    for one in gc.get_objects():
        if isinstance(one, FunctionType) and one.__code__.co_filename == path:
            code = changed.get((one.__code__.co_qualname, one.__code__.co_firstlineno))
            if code and len(code.co_freevars) == len(one.__code__.co_freevars):
                one.__code__ = code


def give_values(twin, old):
    """Gives a module, or a class of it, the values and the defaults of arguments of its changed twin.

    A number, a length of time and a condition on rows are given to whatever module imported them by their name.
    """
    for name, value in twin.items():
        former = vars(old).get(name)
        match value, former:
            case type(), type() if value.__module__ == old.__name__ or value.__module__ == twin.get(
                "__name__"
            ):
                give_values(vars(value), former)
            case FunctionType(), FunctionType():
                give_defaults(value, former)
            case ((int() | timedelta() | Q()), _) if value != former:
                for one in every_module() if "__file__" in twin else [old]:
                    if type(vars(one).get(name)) is type(former) and vars(one)[name] == former:
                        setattr(one, name, value)
            case dict(), dict() if value and value.keys() != former.keys():
                setattr(old, name, value)


def give_defaults(value, former):
    if (value.__defaults__, value.__kwdefaults__) != (former.__defaults__, former.__kwdefaults__):
        former.__defaults__, former.__kwdefaults__ = value.__defaults__, value.__kwdefaults__
