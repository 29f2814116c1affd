"""What other load generators print, read as they print it."""

import json

import pytest

from loadtests.calibration.other_tools import TOOLS

READ = {tool.name: tool.read for tool in TOOLS}


@pytest.mark.parametrize(
    ("value", "seconds"), [("1.50us", 1.5e-6), ("6.25ms", 0.00625), ("4.51s", 4.51), ("1.20m", 72)]
)
def test_wrk2_names_a_unit_with_each_percentile(value, seconds):
    printed = f"  Latency Distribution (Recorded Latency)\n 50.000%    1.00ms\n 99.000%    {value}\n 99.900%    9.99s\n"

    assert READ["wrk2"](printed) == pytest.approx({"p50": 0.001, "p99": seconds})


def test_hey_prints_seconds():
    printed = "Latency distribution:\n  50% in 0.0033 secs\n  95% in 0.0040 secs\n  99% in 0.0065 secs\n"

    assert READ["hey"](printed) == {"p50": 0.0033, "p95": 0.004, "p99": 0.0065}


def test_autocannon_tells_milliseconds():
    assert READ["autocannon"](json.dumps({"latency": {"p50": 2, "p99": 31, "max": 37}})) == {"p50": 0.002, "p99": 0.031}
