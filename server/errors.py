"""Errors of the HTTP API: always `{"code", "message"}` with the status that fits."""

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from agent.ports import Conflict, EhrUnavailable, NotFound
from knowledge.errors import InputError

log = structlog.get_logger("server.errors")

CODES = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}


class Problem(Exception):
    """An answer that is a refusal."""

    def __init__(
        self, status: int, code: str, message: str, retry_after: int | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.retry_after = retry_after


def problem_response(problem: Problem) -> JSONResponse:
    headers = {"Retry-After": str(problem.retry_after)} if problem.retry_after else None
    body = {"code": problem.code, "message": problem.message}
    return JSONResponse(body, problem.status, headers)


def install_error_handlers(app: FastAPI) -> None:
    @app.exception_handler(Problem)
    async def _problem(_: Request, error: Problem) -> JSONResponse:
        return problem_response(error)

    @app.exception_handler(NotFound)
    async def _not_found(_: Request, error: NotFound) -> JSONResponse:
        return problem_response(Problem(404, "not_found", "no such thing"))

    @app.exception_handler(Conflict)
    async def _conflict(_: Request, error: Conflict) -> JSONResponse:
        return problem_response(Problem(409, "conflict", "somebody else was first"))

    @app.exception_handler(EhrUnavailable)
    async def _unavailable(_: Request, error: EhrUnavailable) -> JSONResponse:
        return problem_response(Problem(503, "unavailable", "the EHR does not answer", 5))

    @app.exception_handler(InputError)
    async def _input(_: Request, error: InputError) -> JSONResponse:
        return problem_response(Problem(422, "bad_input", str(error)))

    @app.exception_handler(RequestValidationError)
    async def _invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"] if part != "body")
        return problem_response(Problem(422, "bad_input", f"{where}: {fault['msg']}"))

    @app.exception_handler(HTTPException)
    async def _http(_: Request, error: HTTPException) -> JSONResponse:
        code = CODES.get(error.status_code, "error")
        return problem_response(Problem(error.status_code, code, str(error.detail)))

    @app.exception_handler(Exception)
    async def _unexpected(_: Request, error: Exception) -> JSONResponse:
        log.error("request.failed", error=type(error).__name__, exc_info=error)
        return problem_response(Problem(500, "error", "something went wrong here"))
