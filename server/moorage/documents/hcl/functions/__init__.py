"""The functions that expressions may call: those of `buildx bake` whose result depends on nothing but what is given.

Source: https://docs.docker.com/build/bake/stdlib/ and https://github.com/zclconf/go-cty/tree/main/cty/function/stdlib.
"""

from collections.abc import Callable, Mapping

from moorage.documents.hcl.functions import collections, constraints, numbers, regex, texts
from moorage.documents.hcl.values import Value

FUNCTIONS: Mapping[str, Callable[..., Value | str | int | float]] = {
    **collections.FUNCTIONS,
    **constraints.FUNCTIONS,
    **numbers.FUNCTIONS,
    **regex.FUNCTIONS,
    **texts.FUNCTIONS,
}
"""By name. They raise `Failed` for what HCL refuses, and `NotEvaluated` where a value is not known."""

_NO_IMAGE = "is not worked out here: what it gives names no image"
LEFT_OUT: Mapping[str, str] = {
    "bcrypt": "gives something else each time",
    "bytesslice": _NO_IMAGE,
    "cidrhost": _NO_IMAGE,
    "cidrnetmask": _NO_IMAGE,
    "cidrsubnet": _NO_IMAGE,
    "cidrsubnets": _NO_IMAGE,
    "convert": "is not worked out here: types are not read",
    "formatdate": "is not worked out here: it is for moments",
    "formattimestamp": "is not worked out here: it is for moments",
    "homedir": "depends on the machine",
    "rfc3339parse": "is not worked out here: it is for moments",
    "rsadecrypt": "needs a key that is no matter of this program",
    "timeadd": "is not worked out here: it is for moments",
    "timestamp": "depends on the moment",
    "unixtimestampparse": "is not worked out here: it is for moments",
    "uuidv4": "gives something else each time",
    "uuidv5": _NO_IMAGE,
}
"""The others of Bake's functions, and what is to say of each: `NAME() …`."""
