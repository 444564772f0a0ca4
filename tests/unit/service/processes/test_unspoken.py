"""No name, title, search word or number of a person gets into a log by way of a fault."""

import json
import subprocess
import sys

import pytest
from pydantic import BaseModel, ValidationError
from sqlalchemy.exc import IntegrityError

from service.ports.store import StoreUnavailableError
from service.unspoken import fault_words, unspoken_faults, unspoken_message

SECRET = ("欧阳甲乙", "13812345678", "清云注射液")

TELLS = """
import asyncio, logging
import structlog
from service.workers import write_logs
write_logs("web")
log = structlog.get_logger("yaowang")
def fails(name):
    try:
        {}[name]
    except KeyError as error:
        raise ValueError(f"cannot read {name} 13812345678 of 'O Neill'") from error
try:
    fails("欧阳甲乙")
except ValueError as error:
    log.error("request.failed", path="/search", exc_info=error)
    logging.getLogger("uvicorn.error").error("Exception in ASGI application", exc_info=error)
    logging.getLogger("scrapy.core").error("Spider error processing %s", "<GET https://x.invalid/欧阳甲乙>")
"""


@pytest.mark.parametrize(
    "message",
    [
        "欧阳甲乙 is not allowed",
        "could not convert string to float: '13812345678'",
        "call 13812345678",
        "invalid literal for int() with base 10: 'O Neill'",
        "duplicate key\nDETAIL:  Key (name)=(O Neill) already exists.",
        "lisi@mail.example is unknown",
    ],
)
def test_the_message_of_a_fault_keeps_nothing_that_it_quotes(message: str) -> None:
    told = unspoken_message(message)
    assert not any(part in told for part in (*SECRET, "Neill", "lisi", "12345678"))
    assert "\n" not in told


@pytest.mark.parametrize(
    "detail",
    [
        "DETAIL:  Key (name)=(O Neill) already exists.",
        "DETAIL:  Failing row contains (7, O Neill, 欧阳甲乙, 13812345678).",
        # A server that speaks Chinese.
        "描述:  失败, 行包含(7, O Neill, 欧阳甲乙, 13812345678).",
    ],
)
def test_what_a_database_adds_of_the_row_is_in_no_line_that_tells_its_error(detail: str) -> None:
    said = Exception(f'new row for relation "people" violates check constraint "ck"\n{detail}')
    error = IntegrityError("INSERT INTO people (name) VALUES (%(name)s)", {"name": "O Neill"}, said)
    for line in ({"event": "role.failed", "error": error}, {"event": "role.failed", "exc_info": error}):
        told = str(unspoken_faults(None, "warning", line))
        assert "IntegrityError" in told
        assert "violates check constraint" in told
        assert not any(part in told for part in (*SECRET, "Neill", "12345678", "VALUES"))


def test_a_sentence_of_the_house_and_what_the_system_says_of_a_file_are_told_whole() -> None:
    assert fault_words(StoreUnavailableError("数据库正忙，请稍后重试")) == "数据库正忙，请稍后重试"
    assert (
        fault_words(OSError(28, "No space left on device", "/data/x"))
        == "[Errno 28] No space left on device: '/data/x'"
    )


def test_what_a_value_was_refused_for_is_told_without_the_value() -> None:
    class Row(BaseModel):
        number: int

    with pytest.raises(ValidationError) as refused:
        Row.model_validate({"number": "O Neill"})
    told = unspoken_message(str(refused.value))
    assert "number" in told
    assert "Neill" not in told


def test_faults_are_logged_by_place_and_kind_alone_whoever_logs_them() -> None:
    done = subprocess.run([sys.executable, "-c", TELLS], capture_output=True, timeout=120, check=True)
    told = done.stderr.decode()
    lines = [json.loads(line) for line in told.splitlines()]
    assert [line["event"] for line in lines] == ["request.failed", "library.said", "library.said"]
    assert not any(part in told for part in (*SECRET, "Neill", "12345678"))
    assert "in fails" not in told
    assert all("fails" in line["exception"] and "KeyError" in line["exception"] for line in lines[:2])
    assert "ValueError: cannot read" in lines[0]["exception"]
