"""Which faults a plan gives, when each is due, and where none can happen."""

import copy
import tomllib

import pytest

from loadtests.errors import PlanError
from loadtests.faults.actions import ACTIONS
from loadtests.planning.configuration import Cell
from loadtests.planning.experiment import fault_experiment
from loadtests.planning.faults import FAULTS, RandomFaults, ScheduledFault, possible
from loadtests.planning.reader import parse, read_plan

PLAN_TEXT = """
name = "broken"
question = "What becomes of accepted pictures?"
repeats = 2
seed = 7
[factors]
mode = "queue"
workers = 2
offered_rate = 5
[phases]
warmup_s = 2
measure_s = 60
drain_limit_s = 30
"""
PLAN = tomllib.loads(PLAN_TEXT)


def with_faults(**tables):
    return parse(copy.deepcopy(PLAN) | tables)


def test_every_fault_of_the_catalogue_can_be_played():
    assert ACTIONS.keys() == FAULTS.keys()


def test_each_fault_of_a_plan_happens_in_every_trial_in_the_order_of_time():
    late, early = {"what": "child-killed", "at_s": 40}, {"what": "broker-killed", "at_s": 5}
    experiment = with_faults(fault=[late, early])

    expected = [ScheduledFault(what="broker-killed", at_s=5), ScheduledFault(what="child-killed", at_s=40)]
    assert [experiment.faults_in(trial) for trial in experiment.trials()] == [expected, expected]


def test_a_fault_is_a_factor_too_and_happens_early_in_its_own_cells_alone():
    factors = PLAN["factors"] | {"fault": ["none", "node-killed"]}
    experiment = with_faults(factors=factors)

    found = {trial.cell.fault: experiment.faults_in(trial) for trial in experiment.trials()}
    assert found == {"none": [], "node-killed": [ScheduledFault(what="node-killed", at_s=2.0)]}


def test_a_cell_to_which_its_fault_cannot_happen_is_not_measured():
    factors = PLAN["factors"] | {"fault": ["network-cut", "node-killed"], "broker_delay_s": [0.0, 0.01]}

    cells = with_faults(factors=factors).cells()
    assert {(cell.fault, cell.broker_delay_s) for cell in cells} == {
        ("network-cut", 0.01),
        ("node-killed", 0.0),
        ("node-killed", 0.01),
    }


def test_faults_by_chance_are_one_in_every_turn_and_the_seed_decides_which():
    turns = RandomFaults(what=("child-killed", "broker-frozen"), every_s=20)

    drawn = turns.draw(70, "7/1")
    assert len(drawn) == 3 and drawn == turns.draw(70, "7/1")
    for turn, fault in enumerate(drawn):
        assert 20 * turn + 5 <= fault.at_s <= 20 * turn + 15
    assert len({tuple(fault.what for fault in turns.draw(200, f"7/{repeat}")) for repeat in range(20)}) > 10


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        ({"fault": {"what": "child-killed", "at_s": 1}}, r"each written \[\[fault\]\]"),
        ({"fault": [{"what": "child-kiled", "at_s": 1}]}, "'child-kiled' is not one of"),
        ({"fault": [{"what": "child-hangs", "at_s": 58}]}, "at_s = 58 must be a number from 0 to 56"),
        ({"fault": [{"what": "child-hangs", "at": 5}]}, "unknown key fault.at; "),
        ({"fault": [{"what": ["child-killed", "node-killed"], "at_s": 5}]}, "what must be a text"),
        ({"random_faults": {"what": "network-cut", "every_s": 20}}, "every_s = 20 must be a number from 28 to 60"),
        ({"random_faults": {"what": "child-killed", "every_s": 90}}, "every_s = 90 must be a number from 8 to 60"),
        ({"random_faults": {"what": [], "every_s": 20}}, "must name one or more"),
    ],
)
def test_what_cannot_be_played_is_refused_by_name(tables, words):
    with pytest.raises(PlanError, match=words):
        with_faults(**tables)


@pytest.mark.parametrize(
    ("fault", "stack", "words"),
    [("network-cut", None, "broker_delay_s above 0"), ("child-killed", "compose", "where stack = compose")],
)
def test_a_plan_whose_fault_cannot_happen_is_refused_on_whatever_stack_it_is_to_run(fault, stack, words, tmp_path):
    path = tmp_path / "broken.toml"
    listed = f'[[fault]]\nwhat = "{fault}"\nat_s = 5\n'
    path.write_text(PLAN_TEXT + listed)

    with pytest.raises(PlanError, match=f"the fault {fault} cannot happen .*{words}"):
        read_plan(path, stack)


def test_a_fault_that_a_broker_cannot_have_is_refused():
    with pytest.raises(PlanError, match="broker-full cannot happen to rabbitmq"):
        fault_experiment("safe", "rabbitmq", ("broker-full",))


def test_a_worker_cannot_be_killed_where_there_is_none():
    assert not possible("node-killed", Cell(mode="sync", workers=2, offered_rate=5))
    assert possible("web-killed", Cell(mode="sync", workers=2, offered_rate=5))


def test_the_fault_experiment_gives_each_fault_what_it_needs():
    experiment = fault_experiment("safe", "redis", tuple(FAULTS))

    assert [cell.fault for cell in experiment.cells()] == list(FAULTS)
    assert all(possible(cell.fault, cell) for cell in experiment.cells())
    assert "broker-full" not in {cell.fault for cell in fault_experiment("safe", "rabbitmq", tuple(FAULTS)).cells()}
