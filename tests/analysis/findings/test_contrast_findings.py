import pytest
from hand_made import per_trial

from analysis.findings.contrasts import contrast_sentence, contrast_title
from analysis.summary.contrasts import Comparison, comparisons
from analysis.tables.contrasts import contrast_heading, contrast_table

RABBIT = {"broker": "rabbitmq"}
SLOWER = {"broker": "rabbitmq", "response_p50_s": 0.014 * 1.3}


def compared(*pairs: tuple[dict, dict]) -> Comparison:
    """The one comparison of pairs, each with a repeat of its own unless it names one."""
    rows = [{"repeat": n} | side for n, pair in enumerate(pairs, 1) for side in pair]
    (found,) = comparisons(per_trial(*rows))
    return found


def test_a_clear_difference_is_told_with_interval_pairs_workers_and_utilisation() -> None:
    found = compared(*[({}, SLOWER)] * 5)

    assert contrast_title(found) == (
        "With rabbitmq instead of redis, the queue takes 1.30 times as long to respond (95 % interval 1.30 to 1.30, "
        "5 pairs, 4 workers, utilisation 0.8); ready time is the same within 1 %"
    )
    assert contrast_sentence(found) == (
        f"{contrast_title(found)}; throughput is the same within 1 %; CPU time per picture is the same within 1 %"
    )


def test_a_wide_interval_around_1_cannot_be_told_apart() -> None:
    pairs = [({"response_p50_s": 0.010}, RABBIT | {"response_p50_s": other}) for other in (0.008, 0.010, 0.0125)]

    sentence = contrast_sentence(compared(*pairs))

    assert "queue response time cannot be told apart (95 % interval 0.57 to 1.74, 3 pairs, " in sentence


def test_one_pair_says_that_there_is_no_spread() -> None:
    sentence = contrast_sentence(compared(({}, SLOWER)))

    assert "takes 1.30 times as long to respond (1 pair, so no spread, 4 workers, utilisation 0.8)" in sentence
    assert "the same" not in sentence


def test_two_pairs_tell_the_lowest_and_the_highest_and_never_the_same() -> None:
    sentence = contrast_sentence(compared(({}, RABBIT), ({}, SLOWER)))

    assert "(1.00 to 1.30, lowest and highest of 2 pairs, 4 workers" in sentence
    assert "ready time is 1.00 times as long (1.00 to 1.00)" in sentence
    assert "the same" not in sentence


def test_sync_is_told_as_a_control_where_the_broker_is_compared() -> None:
    pair = [{}, RABBIT, {"mode": "sync"}, RABBIT | {"mode": "sync"}]
    (found,) = comparisons(per_trial(*(row | {"repeat": n} for n in (1, 2, 3) for row in pair)))

    sentence = contrast_sentence(found)

    assert (
        "; control (sync, which uses no broker): ready time is the same within 1 % (95 % interval 1.00 to 1.00, "
        "3 pairs, 4 workers, utilisation 0.8), throughput is the same within 1 %" in sentence
    )
    assert "control" not in contrast_title(found)


def test_sync_is_no_control_where_the_database_is_compared() -> None:
    sentence = contrast_sentence(compared(({"mode": "sync"}, {"mode": "sync", "database": "postgres"})))

    assert sentence.startswith("With postgres instead of sqlite, sync ready time is 1.00 times as long (1 pair")
    assert "control" not in sentence


def test_times_come_from_the_most_workers_and_throughput_from_the_fewest() -> None:
    one, four = {"workers": 1, "verdict": "OVERLOADED", "throughput": 4.0}, {"workers": 4}
    rows = [one, four, RABBIT | one | {"throughput": 3.0}, SLOWER | four]

    sentence = contrast_sentence(comparisons(per_trial(*rows))[0])

    assert "the queue takes 1.30 times as long to respond (1 pair, so no spread, 4 workers" in sentence
    assert "throughput with 1 worker is 0.75 times as high" in sentence


def test_overload_at_every_worker_count_leaves_no_times_to_compare() -> None:
    overloaded = {"verdict": "OVERLOADED"}

    sentence = contrast_sentence(compared((overloaded, RABBIT | overloaded)))

    assert sentence.startswith("With rabbitmq instead of redis, queue throughput is 1.00 times as high (1 pair")
    assert sentence.endswith("times are not compared, because one side is overloaded")


def test_the_title_puts_what_clearly_differs_first() -> None:
    pairs = [({}, RABBIT | {"cpu_web_s_per_picture": 0.03})] * 3

    assert contrast_title(compared(*pairs)).startswith(
        "With rabbitmq instead of redis, queue CPU time per picture is 2.00 times as high (95 % interval 2.00 to 2.00"
    )


def test_a_finding_with_other_pairs_says_so() -> None:
    """In the third pair no ready time was finite, so only two ready times can be compared."""
    pairs = [({}, RABBIT), ({}, RABBIT), ({}, RABBIT | {"ready_p50_s": float("inf")})]

    assert "ready time is 1.00 times as long (1.00 to 1.00, lowest and highest of 2 pairs)" in contrast_sentence(
        compared(*pairs)
    )


def test_what_was_varied_besides_is_told_first() -> None:
    postgres = {"database": "postgres"}
    found = comparisons(per_trial({}, RABBIT, postgres, postgres | RABBIT))

    assert [contrast_sentence(each).partition(" instead")[0] for each in found] == [
        "sqlite: With rabbitmq",
        "postgres: With rabbitmq",
        "redis: With postgres",
        "rabbitmq: With postgres",
    ]
    assert contrast_heading(found[0]) == "sqlite: rabbitmq instead of redis"


def test_the_table_has_one_row_for_every_contrast() -> None:
    one = {"workers": 1, "verdict": "OVERLOADED"}
    (found,) = comparisons(per_trial({"mode": "sync"}, RABBIT | {"mode": "sync"}, one, RABBIT | one))

    table = contrast_table(found)

    assert len(table.rows) == 4 + 3
    assert [
        "queue",
        "1",
        "ready time, median",
        *["–"] * 5,
        "0.8, 0.8",
        "not compared: one side is overloaded",
    ] in table.rows
    assert ["sync (control)", "4", "throughput", "1.00", "–", "–", "none", "1", "0.8, 0.8", "one pair: no spread"] in (
        table.rows
    )


@pytest.mark.parametrize(("utilisations", "told"), [((0.8, 0.82), "0.81"), ((0.8, 0.2), "0.8 and 0.2")])
def test_both_utilisations_are_told_where_they_differ(utilisations: tuple[float, float], told: str) -> None:
    base, other = ({"utilisation": value} for value in utilisations)

    assert f"utilisation {told})" in contrast_sentence(compared((base, RABBIT | other)))


def test_stacks_are_told_as_processes_and_containers() -> None:
    pair = ({}, {"stack": "compose", "response_p50_s": 0.014 * 1.3})

    assert contrast_sentence(compared(pair)).startswith(
        "With containers instead of processes of one machine, the queue takes 1.30 times as long to respond"
    )


def test_an_undecided_side_is_told_in_sentence_and_table() -> None:
    found = compared(({"verdict": "UNDECIDED"}, SLOWER))

    assert "(1 pair, so no spread, 4 workers, utilisation 0.8, undecided)" in contrast_title(found)
    assert contrast_sentence(found).count("undecided") == 1
    assert contrast_table(found).rows[0][-1] == "one pair: no spread (undecided)"


def test_an_undecided_cell_with_other_workers_is_told_where_it_is_used() -> None:
    one, four = {"workers": 1, "verdict": "UNDECIDED"}, {"workers": 4}
    rows = [one, four, RABBIT | one, RABBIT | four]

    assert "throughput with 1 worker is 1.00 times as high (undecided)" in contrast_sentence(
        comparisons(per_trial(*rows))[0]
    )
