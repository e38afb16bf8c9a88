"""A progress bar on a terminal while registries are asked; nothing anywhere else."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import TypeVar

from moorage.cli.terminal import is_terminal

T = TypeVar("T")

_LONG = 0.3
"""Seconds after which it is worth showing."""
_EVERY = 0.1
_CELLS = 24
_CLEAR = "\r\x1b[K"


async def with_progress(work: Awaitable[T], under_way: Callable[[], int]) -> T:
    """The result of `work`; meanwhile a bar on standard error, if that is a terminal.

    `under_way` tells how many questions are being asked at the moment.
    """
    if not is_terminal(sys.stderr):
        return await work
    bar = asyncio.get_running_loop().create_task(_show(under_way))
    try:
        return await work
    finally:
        bar.cancel()
        sys.stderr.write(_CLEAR)
        sys.stderr.flush()


async def _show(under_way: Callable[[], int]) -> None:
    await asyncio.sleep(_LONG)
    most = 0
    while True:
        left = under_way()
        most = max(most, left)
        if left:
            sys.stderr.write(_CLEAR + bar(most - left, most))
            sys.stderr.flush()
        await asyncio.sleep(_EVERY)


def bar(done: int, of: int) -> str:
    """One line: how many of the questions are answered."""
    full = _CELLS * done // of
    return f"asking registries [{'#' * full}{'.' * (_CELLS - full)}] {done} of {of}"
