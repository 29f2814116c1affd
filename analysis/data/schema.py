"""The columns of an experiment's files, and which of them hold text; results/README.md explains them. Pure."""

from collections.abc import Mapping
from dataclasses import fields

from analysis.data.factors import CONDITIONS
from analysis.data.model import Cell

#: What names a cell in a table: its mode, its workers and every condition.
KEYS: tuple[str, ...] = ("mode", "workers", *CONDITIONS)
#: What is predicted of a cell.
PREDICTED: tuple[str, ...] = ("throughput", "ready_p50_s", "ready_p95_s", "utilisation")

REQUEST_COLUMNS = ("id", "phase", "due_at", "sent_at", "answered_at", "status", "error", "picture")
PICTURE_COLUMNS = (
    *("id", "received_at", "enqueued_at", "started_at", "finished_at"),
    *("state", "executions", "reason"),
)
# Older files lack these, and so do the tables that are read from them.
LATER_PICTURE_COLUMNS = ("external_at", "process_id")
BACKLOG_COLUMNS = ("sampled_at", "waiting", "unacked", "done")
LATER_BACKLOG_COLUMNS = ("in_database", "counted_by")
MEMORY_COLUMNS = ("sampled_at", "component", "pid", "rss_bytes")
BARE_COLUMNS = ("workload", "processes", "process", "started_at", "finished_at", "cpu_s")
CAPACITY_COLUMNS = (
    *(name for name in KEYS if name != "offered_rate"),
    *("clock", "share", "limit_s", "passed", "failed", "predicted", "drained", "reason", "trials", "measured_s"),
)
PREDICTION_COLUMNS = (*KEYS, *PREDICTED)
TEXT_COLUMNS = {
    "component",
    "workload",
    "mode",
    "stack",
    "broker",
    "queue_type",
    "database",
    "append_only",
    "profile",
    "fault",
    "clock",
    "id",
    "phase",
    "error",
    "picture",
    "state",
    "reason",
    "process_id",
}
# Older files lack these: the defaults of Cell hold then.
LATER_CELL_KEYS: Mapping[str, type] = {
    "stack": str,
    "broker": str,
    "queue_type": str,
    "database": str,
    "web_threads": int,
    "prefetch": int,
    "broker_delay_s": float,
    "append_only": str,
    "profile": str,
    "fault": str,
}
#: What schema 2 calls otherwise than schema 1: files, columns, and keys of trial.json. Both are read.
SCHEMAS = (1, 2)
FILES_OF_SCHEMA_1: Mapping[str, str] = {"external_writes.csv": "effects.csv", "baseline.csv": "bare.csv"}
SINCE_SCHEMA_2: Mapping[str, str] = {
    "in_hand": "unacked",
    "in_hand_ids": "unacked_ids",
    "puts": "writes",
    "door": "endpoint",
    "broker_left": "broker_remaining",
}
# As a table holds them.
FIRST_LEVELS = {field.name: str(field.default) for field in fields(Cell) if field.name in LATER_CELL_KEYS}
