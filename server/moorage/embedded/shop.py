"""The images that the example shop uses, as a registry of the day before yesterday might list them."""

from moorage.embedded.contents import Contents
from moorage.embedded.images import ImageSpec

_PYTHON = ("3.11.9", "3.12.3", "3.12.4", "3.12.9", "3.12.12", "3.13.1", "3.13.9", "3.14.0", "3.14.2")
_NODE = ("20.18.0", "22.11.0", "22.20.0", "22.21.1", "23.11.1", "24.11.1", "25.2.1")
_ALPINE = ("3.19", "3.20", "3.21", "3.22")
_ALPINE_EXACT = ("3.19.4", "3.20.3", "3.20.6", "3.20.8", "3.21.5", "3.22.1", "3.22.2")


def shop() -> Contents:
    """Everything that `examples/shop` names, without the two things that it gets wrong on purpose."""
    python = [f"{v}{s}" for v in _PYTHON for s in ("", "-slim", "-slim-bookworm", "-slim-trixie", "-alpine")]
    node = [f"{v}{s}" for v in _NODE for s in ("", "-slim", *(f"-alpine{a}" for a in _ALPINE))]
    golang = [
        f"{v}{s}"
        for v in ("1.24.1", "1.24.10", "1.25.0", "1.25.4", "1.26.0", "1.26.3")
        for s in ("", "-alpine", "-bookworm")
    ]
    redis = [f"{v}{s}" for v in ("7.2.5", "7.4.1", "7.4.7", "8.0.0", "8.2.3") for s in ("", "-alpine")]
    postgres = [f"{v}{s}" for v in ("15.14", "16.4", "16.11", "17.5", "17.7", "18.1") for s in ("", "-alpine")]
    nginx: dict[str, ImageSpec | None] = {
        f"{v}{s}": ImageSpec(f"nginx:{v}{s}") for v in ("1.28.0", "1.28.1", "1.29.3") for s in ("", "-alpine")
    }
    # Channels mean the same images as versions do.
    nginx |= {"latest": nginx["1.29.3"], "stable": nginx["1.28.1"], "stable-alpine": nginx["1.28.1-alpine"]}
    return Contents(
        {
            "library/python": python,
            "library/node": node,
            "library/golang": golang,
            "library/nginx": nginx,
            "library/alpine": [*_ALPINE, *_ALPINE_EXACT, "edge"],
            "library/redis": redis,
            "library/postgres": postgres,
            "library/busybox": ["1.36.1", "1.37.0", "stable"],
            "docker/dockerfile": ["1", "1.7", "1.7.1", "1.20", "1.20.0"],
            "acme/shop-worker": ["2.2.9", "2.3.0", "2.3.4"],
            "astral-sh/uv": ["0.8.3", "0.8.24", "0.9.1", "0.9.11"],
        }
    )
