"""JSON-RPC as a client may rely on it: every request is answered once, and a failure is one sentence.

pygls dispatches messages and keeps their bookkeeping; what it leaves open is closed here, each at the method that does.
"""

import asyncio
import logging
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from time import monotonic
from traceback import extract_tb
from typing import Any, cast

from cattrs import Converter
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol

from moorage.errors import MoorageError
from moorage.lsp.stdio import Unreadable

Handler = Callable[..., Any]


class Protocol(LanguageServerProtocol):
    """One connection. `serve` gives it its handlers; `receive` takes what the client sends."""

    def __init__(self, server: LanguageServer, converter: Converter) -> None:
        super().__init__(server, converter)
        self._initialized = False
        self.ended: asyncio.Future[int] | None = None
        """Resolved with the exit code once the client says `exit` or goes away."""
        self._heard_at = monotonic()
        self._next: Callable[[], None] | None = None

    def _register_builtin_features(self) -> None:
        """None of pygls' own: its documents end lines where the protocol does not."""

    def serve(self, handlers: Mapping[str, Handler]) -> None:
        """Answer these methods."""
        features: Any = self.fm
        for method, handler in {**handlers, lsp.SHUTDOWN: self._on_shutdown, lsp.EXIT: self._on_exit}.items():
            features.add_builtin_feature(method, handler)

    def receive(self, data: object) -> None:
        """Handle one decoded message; never raises."""
        self._heard_at = monotonic()
        self._do_next()
        if isinstance(data, Unreadable):
            self._refuse(None, lsp.ErrorCodes.ParseError, "the message is no JSON")
            return
        message = cast(dict[str, Any], data) if isinstance(data, dict) else {}
        if message.get("jsonrpc") != self.VERSION:
            self._refuse(None, lsp.ErrorCodes.InvalidRequest, "the message is no JSON-RPC 2.0 object")
            return
        method = message.get("method")
        if method is None:
            self._take_response(message)
        elif self._may_come_now(message, str(method)):
            self._dispatch(message, str(method))

    def do_next(self, work: Callable[[], None]) -> None:
        """Do some work when what is being answered now is on its way, and before anything else is received."""
        self._next = work
        asyncio.get_running_loop().call_soon(self._do_next)

    def client_gone(self) -> None:
        """The input has ended: the same as `exit`."""
        self._on_exit()

    def silence(self) -> float:
        """Seconds since the client last said something."""
        return monotonic() - self._heard_at

    def log(self, message: str, kind: lsp.MessageType = lsp.MessageType.Warning) -> None:
        """One line in the client's log."""
        self.notify(lsp.WINDOW_LOG_MESSAGE, lsp.LogMessageParams(kind, message))

    def _do_next(self) -> None:
        work, self._next = self._next, None
        if work is not None:
            with self.owning_up():
                work()

    # What may come, and when.

    def _may_come_now(self, message: dict[str, Any], method: str) -> bool:
        if method == lsp.EXIT:
            return True
        if self._shutdown:
            self._refuse(message, lsp.ErrorCodes.InvalidRequest, f"{method} came after shutdown")
            return False
        if self._initialized == (method == lsp.INITIALIZE):
            code = lsp.ErrorCodes.InvalidRequest if self._initialized else lsp.ErrorCodes.ServerNotInitialized
            self._refuse(message, code, f"{method} came {'twice' if self._initialized else 'before initialize'}")
            return False
        self._initialized = True
        return True

    def _dispatch(self, message: dict[str, Any], method: str) -> None:
        try:
            structured: Any = self.structure_message(message)
        except Exception as error:  # cattrs passes on whatever its hooks raise.
            why = f"invalid parameters for {method}: {_reason(error)}"
            if "id" in message:
                self._refuse(message, lsp.ErrorCodes.InvalidParams, why)
            else:
                self.log(why)
            if method == lsp.INITIALIZE:
                self._initialized = False
            return
        self.handle_message(structured)

    def _take_response(self, message: dict[str, Any]) -> None:
        if message.get("id") not in self._request_futures:
            return
        try:
            answer: Any = self.structure_message(message)
            self.handle_message(answer)
        except Exception as error:  # As above; whoever waits for the answer is told.
            future = self._request_futures.pop(message["id"], None)
            if future is not None and not future.done():
                future.set_exception(MoorageError(f"the client's answer cannot be read: {_reason(error)}"))

    def _refuse(self, message: dict[str, Any] | None, code: lsp.ErrorCodes, why: str) -> None:
        """Answer a request with an error; a notification is dropped without a word, as JSON-RPC asks."""
        if message is None:
            self._send_data(lsp.ResponseErrorMessage(error=lsp.ResponseError(code.value, why)))
        elif isinstance(identity := message.get("id"), int | str):
            self._send_response(identity, error=lsp.ResponseError(code.value, why))

    # Ends.

    def _on_shutdown(self, _params: object = None) -> None:
        for msg_id, future in list(self._request_futures.items()):
            if msg_id != self.msg_id and not future.done():
                future.cancel()
        self._shutdown = True

    def _on_exit(self, _params: object = None) -> None:
        if self.ended is not None and not self.ended.done():
            self.ended.set_result(0 if self._shutdown else 1)

    # Results. pygls would keep the future of every notification, and send tracebacks to the client.

    def _execute_handler(
        self,
        msg_id: str | int,
        handler: Handler,
        callback: Callable[[Future[Any]], None],
        args: tuple[Any, ...] | None = None,
        kwargs: dict[str, Any] | None = None,
    ) -> None:
        def done(future: Future[Any]) -> None:
            self._request_futures.pop(msg_id, None)
            callback(future)

        super()._execute_handler(msg_id, handler, done, args, kwargs)

    def _send_handler_result(self, future: Future[Any], *, msg_id: str | int) -> None:
        if future.cancelled():
            error = lsp.ResponseError(lsp.LSPErrorCodes.RequestCancelled.value, "the request was cancelled")
            self._send_response(msg_id, error=error)
            return
        try:
            result = future.result()
        except JsonRpcException as error:
            self._send_response(msg_id, error=lsp.ResponseError(error.code, error.message))
        except Exception as error:  # A request is answered whatever happens to it.
            self._send_response(msg_id, error=lsp.ResponseError(lsp.ErrorCodes.InternalError.value, self.own_up(error)))
        else:
            self._send_response(msg_id, result=result)

    def _check_handler_result(self, future: Future[Any]) -> None:
        if not future.cancelled() and (error := future.exception()) is not None:
            self.own_up(error)

    @contextmanager
    def owning_up(self) -> Generator[None, None, None]:
        """Log what fails inside, and go on behind it."""
        try:
            yield
        except Exception as error:  # What fails once must not end an editor's session.
            self.own_up(error)

    def own_up(self, error: BaseException) -> str:
        """Log a failure of the server's own; gives the sentence for the client."""
        if isinstance(error, MoorageError):
            sentence = str(error)
        else:
            frames = extract_tb(error.__traceback__)
            where = f" at {frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else ""
            sentence = f"Moorage failed: {type(error).__name__}{where}"
        self.log(sentence, lsp.MessageType.Error)
        return sentence


def _reason(error: BaseException) -> str:
    """What is wrong with a message that does not fit its type, as cattrs tells it, in one line."""
    from cattrs import transform_error

    cause = error.__cause__ or error
    try:
        reasons = transform_error(cause)
    except Exception:  # It does not know every error; then the error's own words serve.
        reasons = [str(cause)]
    return (reasons[0] if reasons else type(cause).__name__).splitlines()[0][:200]


def silence_pygls() -> None:
    """pygls logs whole messages and tracebacks to standard error; what matters goes to the client's log instead."""
    logging.getLogger("pygls").setLevel(logging.CRITICAL + 1)
