"""The functions that expressions may call: those of `buildx bake` whose result depends on nothing but what is given.

Source: https://docs.docker.com/build/bake/stdlib/ and https://github.com/zclconf/go-cty/tree/main/cty/function/stdlib.
Left out, and so not evaluated: what depends on the moment or the machine (`timestamp`, `uuidv4`, `bcrypt`, `homedir`).
"""

from collections.abc import Callable, Mapping

from moorage.documents.hcl.functions import collections, numbers, regex, texts
from moorage.documents.hcl.values import Value

FUNCTIONS: Mapping[str, Callable[..., Value | str | int | float]] = {
    **collections.FUNCTIONS,
    **numbers.FUNCTIONS,
    **regex.FUNCTIONS,
    **texts.FUNCTIONS,
}
"""By name. They raise `Failed` for what HCL refuses, and `NotEvaluated` where a value is not known."""
