"""What the recorder writes, the dictionary explains and the analysis reads."""

import csv
import json
import re
from pathlib import Path
from uuid import UUID

import pandas as pd
import pytest

from analysis.data.machine_noise import RERUN
from analysis.data.reader import read_experiment
from analysis.data.schema import FILES_OF_SCHEMA_1, SINCE_SCHEMA_2
from loadtests.recording.result_folder import close_trial, open_trial, write_experiment, write_json
from loadtests.scenarios import request_log, trial_writer
from loadtests.scenarios.observations import Phases
from loadtests.scenarios.upload_client import Request
from loadtests.stack.sampling.meters import MEMORY_COLUMNS
from loadtests.workload.pictures import Payload

ROOT = Path(__file__).parents[1]
DICTIONARY = (ROOT / "results" / "README.md").read_text()
EXAMPLE = ROOT / "results" / "example"

PICTURE_COLUMNS = (
    "id,trial,endpoint,received_at,enqueued_at,started_at,finished_at,state,executions,reason,external_at,process_id"
)


def explained(file):
    """The names in the first column of a file's table in the dictionary."""
    section = DICTIONARY.partition(f"## {file}\n")[2].partition("\n## ")[0]
    cells = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    return [name for cell in cells for name in re.findall(r"`([^`]+)`", cell)]


def today(names):
    """Names of schema 1 as schema 2 has them."""
    return [SINCE_SCHEMA_2.get(name, name) for name in names]


def header(path):
    with path.open(newline="") as file:
        return next(csv.reader(file))


def test_the_recorder_writes_the_columns_that_the_dictionary_explains():
    assert explained("TRIAL/requests.csv") == list(request_log.REQUEST_COLUMNS)
    assert explained("TRIAL/backlog.csv") == list(trial_writer.BACKLOG_COLUMNS)
    assert explained("TRIAL/pictures.csv") == PICTURE_COLUMNS.split(",")
    assert explained("TRIAL/memory.csv") == list(MEMORY_COLUMNS)


def test_the_example_has_the_columns_that_the_dictionary_explains():
    for trial in EXAMPLE.glob("*-r*"):
        for file in ("requests.csv", "pictures.csv", "backlog.csv"):
            assert today(header(trial / file)) == explained(f"TRIAL/{file}")
        record = json.loads((trial / "trial.json").read_text())
        assert set(today(record)) - {"schema", "name", "clock", "ledger"} <= set(explained("TRIAL/trial.json"))
    head = json.loads((EXAMPLE / "experiment.json").read_text())
    assert head.keys() == set(explained("experiment.json"))


def test_the_dictionary_says_what_schema_1_called_otherwise():
    table = DICTIONARY.partition("## Schema 1\n")[2].partition("\n## ")[0]
    pairs = dict(re.findall(r"^\| `(.+)` \| `(.+)` \|$", table, re.M))

    files = {old: new for new, old in FILES_OF_SCHEMA_1.items()}
    assert pairs == files | dict(SINCE_SCHEMA_2) | {RERUN[1]: RERUN[0]}


def test_every_column_of_the_summary_is_explained():
    patterns = [name.replace("COMPONENT", "[a-z]+") for name in explained("summary.csv")]
    columns = pd.read_csv(EXAMPLE / "summary.csv").columns

    assert [name for name in columns if not any(re.fullmatch(pattern, name) for pattern in patterns)] == []


PAYLOAD = Payload("a.jpg", "multipart/form-data", b"", 1.0)


def write(folder_of_all, requests):
    """A trial of one second by the real writers, of which the server has finished the first two uploads."""
    folder = open_trial(folder_of_all, "sync-w1-r1")
    phases = Phases(started_at=99.0, measure_from=100.0, measure_until=101.0, load_stopped_at=101.5, collected_at=102.0)
    request_log.write_requests(folder / "requests.csv", requests, phases)
    rows = [
        f"{UUID(int=n)},sync-w1-r1,sync,100.{n},,100.{2 * n - 1},100.{n + 2},ready,1,,100.{n + 1},a-1" for n in (1, 2)
    ]
    (folder / "pictures.csv").write_text("\n".join([PICTURE_COLUMNS, *rows]) + "\n")
    (folder / "backlog.csv").write_text(
        "sampled_at,waiting,unacked,in_database,done,counted_by\n"
        "100.0,,0,0,0,100.01\n100.5,,0,0,2,100.51\n101.0,,0,0,2,101.01\n"
    )
    record = {
        "schema": 2,
        "name": "sync-w1-r1",
        "cell": {"mode": "sync", "workers": 1, "workload": "io", "offered_rate": 3.0},
        "repeat": 1,
        "phases": vars(phases),
        "cpu_seconds": {"web": 0.1},
        "broker_remaining": None,
        "outcome": "finished",
    }
    write_experiment(folder_of_all, name="round-trip", question="?", plan=None, order=[])
    write_json(folder / "trial.json", record)
    close_trial(folder)
    return folder_of_all


@pytest.fixture
def written(tmp_path):
    """Two uploads done, one unfinished."""
    requests = [
        Request(UUID(int=1), 100.1, PAYLOAD, 100.1, 100.4, 201),
        Request(UUID(int=2), 100.2, PAYLOAD, 100.2, 100.7, 201),
        Request(UUID(int=3), 100.3, PAYLOAD, 100.3),
    ]
    return write(tmp_path, requests)


def test_what_is_written_is_read_back_the_same(written):
    (trial,) = read_experiment(written).trials
    requests, pictures = trial.requests, trial.pictures

    assert requests["due_at"].tolist() == [100.1, 100.2, 100.3]
    assert requests["answered_at"].isna().tolist() == [False, False, True]
    assert requests["status"].tolist()[:2] == [201, 201]
    assert pictures["finished_at"].tolist() == [100.3, 100.4]


def test_a_trial_of_the_real_writers_is_judged_and_its_record_keeps_what_people_read(written):
    record = json.loads((written / "sync-w1-r1" / "trial.json").read_text())

    assert record["verdict"]["name"] in ("VALID", "UNDECIDED", "OVERLOADED")
    assert record["achieved_rate"] == 3.0
    assert record["send_lag"] == {"p50_s": 0.0, "p99_s": 0.0, "max_s": 0.0}
    assert "ledger" not in record


def test_the_record_keeps_the_send_lag_of_the_window_and_the_rate_that_was_sent_in_it(tmp_path):
    lags_s = {1: (100.1, 0.01), 2: (100.2, 0.02), 3: (100.3, 0.03), 4: (100.4, 0.04), 5: (100.9, 0.25), 6: (99.5, 0.4)}
    requests = [Request(UUID(int=n), due, PAYLOAD, due + lag) for n, (due, lag) in lags_s.items()]

    record = json.loads((write(tmp_path, requests) / "sync-w1-r1" / "trial.json").read_text())

    assert record["send_lag"] == {"p50_s": 0.03, "p99_s": 0.25, "max_s": 0.25}
    assert record["achieved_rate"] == 4.0
