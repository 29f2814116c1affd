"""Services that not every machine has: without one its tests skip with a reason, and fail in CI."""

import os

import pytest

from loadtests.errors import StackError
from loadtests.stack.services import postgres, rabbitmq


def need_rabbitmq():
    _need(rabbitmq.server_path)


def need_postgres():
    _need(postgres.server_folder)


def _need(find):
    try:
        find()
    except StackError as error:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(str(error))
