from analysis.data.factors import levels_of, named, prefix, short, suffix, varied, varied_and_held
from analysis.data.model import Cell

RABBIT = {"workload": "io", "offered_rate": 12.0, "broker": "rabbitmq", "broker_delay_s": 0.005}


def _cell(**what: object) -> Cell:
    return Cell(**({"mode": "queue", "workers": 4, "workload": "io", "offered_rate": 12.0} | what))


def test_levels_come_with_the_usual_one_first() -> None:
    found = levels_of([_cell(broker="rabbitmq", workers=10), _cell(mode="sync", workers=2), _cell(workers=1)])

    assert found["broker"] == ["redis", "rabbitmq"]
    assert found["mode"] == ["sync", "queue"]
    assert found["workers"] == [1, 2, 10]


def test_varied_is_what_has_more_than_one_level() -> None:
    assert varied([_cell(), _cell(broker="rabbitmq", workers=8)]) == ("broker",)


def test_a_sentence_begins_with_the_levels_that_were_varied() -> None:
    assert prefix(RABBIT, ("broker", "broker_delay_s")) == "rabbitmq, 5 ms broker delay: "
    assert prefix(RABBIT, ()) == ""


def test_a_file_is_named_by_the_levels_that_were_varied() -> None:
    assert suffix(RABBIT, ("workload", "offered_rate", "broker")) == "-io-12-rabbitmq"
    assert suffix({"workload": "../my pictures"}, ("workload",)) == "-..-my-pictures"


def test_the_load_is_always_named_and_another_condition_only_if_it_was_varied() -> None:
    assert named(RABBIT, ("broker",)) == ["workload io", "12 pictures/s offered", "broker rabbitmq"]


def test_one_thread_is_not_called_threads() -> None:
    assert [short("web_threads", count) for count in (1, 4)] == ["1 web thread", "4 web threads"]


def test_what_was_varied_and_what_was_held_are_told() -> None:
    cells = [_cell(mode=mode, workers=n) for mode in ("sync", "queue") for n in (1, 2)]

    changed, same = varied_and_held([*cells, _cell(workers=1, broker="rabbitmq")])

    assert changed == "Varied: mode (sync, queue), workers (1, 2), broker (redis, rabbitmq)."
    assert same == (
        "Held: workload io, 12 pictures/s offered, stack of processes of one machine, classic queues, database sqlite, "
        "1 thread per web process, prefetch 1, 0 ms added each way to the broker, profile safe."
    )


def test_what_could_not_matter_is_not_told() -> None:
    """Redis has no types of queue, and mode sync asks no broker."""
    of_redis, of_sync = varied_and_held([_cell()])[1], varied_and_held([_cell(mode="sync")])[1]

    assert "queues" not in of_redis
    assert "broker" in of_redis
    assert "broker" not in of_sync


def test_two_stacks_are_something_varied() -> None:
    assert "stack (processes of one machine, containers)" in varied_and_held([_cell(stack="compose"), _cell()])[0]
    assert varied([_cell(), _cell(stack="compose")]) == ("stack",)
