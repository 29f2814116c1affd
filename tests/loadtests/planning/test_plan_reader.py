"""Reading a plan, and the order of its trials."""

import copy
import json
import tomllib
from pathlib import Path

import pytest

from loadtests.errors import PlanError
from loadtests.planning.reader import parse, read_plan

PLAN = tomllib.loads("""
name = "small"
question = "Does it scale?"
repeats = 3
seed = 7
[factors]
mode = ["sync", "queue"]
workers = [1, 2]
offered_rate = 10
[phases]
warmup_s = 2
measure_s = 12
drain_limit_s = 4
""")

PLANS = Path(__file__).parents[3] / "loadtests" / "plans"


def changed(path, value):
    """The plan with one value replaced; path is like factors.workers."""
    plan = copy.deepcopy(PLAN)
    *tables, key = path.split(".")
    table = plan
    for name in tables:
        table = table[name]
    table[key] = value
    return plan


def test_a_block_measures_every_cell_once():
    names = [trial.name for trial in parse(PLAN).trials()]
    blocks = [names[0:4], names[4:8], names[8:12]]
    cells = {"sync-w1", "sync-w2", "queue-w1", "queue-w2"}

    assert [{name[:-3] for name in block} for block in blocks] == [cells, cells, cells]
    assert [{name[-2:] for name in block} for block in blocks] == [{"r1"}, {"r2"}, {"r3"}]


def test_blocks_are_shuffled_and_the_seed_decides_how():
    orders = {tuple(trial.name for trial in parse(changed("seed", seed)).trials()) for seed in range(20)}

    assert len(orders) > 15
    assert parse(PLAN).trials() == parse(PLAN).trials()


def test_both_modes_of_a_block_replay_the_same_load():
    experiment = parse(PLAN)
    seeds = {(trial.repeat, experiment.seed_of(trial)) for trial in experiment.trials()}

    assert len(seeds) == 3


def test_a_second_workload_or_rate_shows_in_the_names():
    plan = changed("factors.workload", ["io", "cpu"])
    plan["factors"]["offered_rate"] = [5, 7.5]

    assert "sync-w1-cpu-7.5ups-r1" in {trial.name for trial in parse(plan).trials()}


def test_each_factor_that_is_varied_shows_in_the_names_and_no_other():
    plan = changed("factors.broker", ["redis", "rabbitmq"])
    plan["factors"] |= {"web_threads": [1, 8], "prefetch": 4, "broker_delay_s": [0, 0.002], "mode": "queue"}
    names = {trial.name for trial in parse(plan).trials()}

    assert "queue-w1-rabbitmq-t8-2ms-r1" in names
    assert len(names) == 2 * 2 * 2 * 2 * 3
    assert not [name for name in names if "p4" in name or "sqlite" in name]


def test_only_rabbitmq_has_types_of_queue():
    plan = changed("factors.queue_type", ["classic", "quorum"])
    plan["factors"]["broker"] = ["redis", "rabbitmq"]

    assert {(cell.broker, cell.queue_type) for cell in parse(plan).cells()} == {
        *(("redis", "classic"), ("rabbitmq", "classic"), ("rabbitmq", "quorum"))
    }


def written(folder, plan):
    """The plan as a file, with its numbers and words."""
    lines = [f"{key} = {json.dumps(value)}" for key, value in plan.items() if not isinstance(value, dict)]
    for name in ("factors", "phases"):
        lines += [f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in plan[name].items())]
    (folder / "plan.toml").write_text("\n".join(lines))
    return folder / "plan.toml"


def test_a_plan_without_a_cell_that_exists_is_refused(tmp_path):
    with pytest.raises(PlanError, match="quorum.*needs broker"):
        read_plan(written(tmp_path, changed("factors.queue_type", "quorum")))
    with pytest.raises(PlanError, match="compose.*needs"):
        read_plan(written(tmp_path, changed("factors.broker_delay_s", 0.1)), stack="compose")


def test_a_plan_on_the_composed_stack_uses_the_database_that_it_has(tmp_path):
    (cell, *_) = read_plan(written(tmp_path, PLAN), stack="compose").cells()

    assert (cell.stack, cell.database, cell.broker) == ("compose", "postgres", "redis")


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("factors.worker", [1], ["factors.worker", "factors.workers"]),
        ("sede", 3, ["sede", "seed"]),
        ("factors.mode", ["async"], ["mode", "async", "sync, queue"]),
        ("factors.mode", [], ["mode"]),
        ("factors.workers", [0], ["workers", "0"]),
        ("factors.workers", [1, 1], ["workers", "once"]),
        ("factors.workers", [1.5], ["workers", "whole"]),
        ("factors.workers", [True], ["workers", "True"]),
        ("factors.offered_rate", [-1], ["offered_rate", "-1"]),
        ("factors.offered_rate", ["fast"], ["offered_rate", "fast"]),
        ("factors.offered_rate", [float("nan")], ["offered_rate", "nan"]),
        ("factors.workload", ["gpu"], ["workload", "gpu", "io"]),
        ("factors.broker", ["kafka"], ["broker", "kafka", "rabbitmq"]),
        ("factors.web_threads", [0], ["web_threads", "0"]),
        ("factors.broker_delay_s", [-0.1], ["broker_delay_s", "-0.1"]),
        ("phases.measure_s", 0, ["measure_s", "0"]),
        ("phases", 3, ["phases"]),
        ("name", "../up", ["name", "../up"]),
        ("repeats", 0, ["repeats"]),
    ],
)
def test_a_bad_value_is_refused_by_name(path, value, words):
    with pytest.raises(PlanError) as refusal:
        parse(changed(path, value))

    assert all(word in str(refusal.value) for word in words)


@pytest.mark.parametrize("key", ["name", "question", "repeats", "seed", "factors", "phases"])
def test_a_missing_key_is_named(key):
    with pytest.raises(PlanError, match=key):
        parse({name: value for name, value in PLAN.items() if name != key})


def test_a_file_that_is_not_toml_or_not_there_is_one_sentence(tmp_path):
    (tmp_path / "bad.toml").write_text("name = ")

    with pytest.raises(PlanError, match=r"bad\.toml is not a plan in TOML"):
        read_plan(tmp_path / "bad.toml")
    with pytest.raises(PlanError, match=r"There is no plan .*good\.toml.*bad\.toml"):
        read_plan(tmp_path / "good.toml")


@pytest.mark.parametrize("path", sorted(PLANS.glob("*.toml")), ids=lambda path: path.name)
def test_every_plan_that_comes_with_the_project_is_valid_and_named_as_its_file(path):
    assert read_plan(path).name == path.stem


def test_a_plan_may_begin_with_a_byte_order_mark(tmp_path):
    path = tmp_path / "notepad.toml"
    path.write_bytes(b"\xef\xbb\xbf" + written(tmp_path, PLAN).read_bytes().replace(b"Does it", "Wächst es, ".encode()))

    assert read_plan(path).question.startswith("Wächst")


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_a_plan_in_another_encoding_is_told_to_be_so(tmp_path, encoding):
    path = tmp_path / "old.toml"
    path.write_bytes('question = "Wächst es?"'.encode(encoding))

    with pytest.raises(PlanError, match=r"old\.toml is not text in UTF-8\. Save it as UTF-8"):
        read_plan(path)


def test_the_demo_measures_both_modes_with_1_2_4_and_8_workers_for_12_seconds_or_more():
    demo = read_plan(PLANS / "demo.toml")

    assert {(cell.mode, cell.workers) for cell in demo.cells()} == {
        (mode, workers) for mode in ("sync", "queue") for workers in (1, 2, 4, 8)
    }
    assert demo.phases.measure_s >= 12
    assert {cell.workload for cell in demo.cells()} == {"io"}
    assert all(8 <= cell.offered_rate <= 12 for cell in demo.cells())
