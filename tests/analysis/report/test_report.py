import re
from html import unescape
from pathlib import Path

import pytest
from altered import with_trials
from analysed import render_nothing
from synthetic_experiment import Made, both_brokers, both_modes, break_books, repeated, with_delays, write_experiment

from analysis.__main__ import main


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report on the demo with one trial whose books do not balance and one that broke off; its charts are drawn
    and not rendered."""
    folder = write_experiment(tmp_path_factory.mktemp("report") / "demo", both_modes())
    break_books(folder / "queue-w8-r1")
    (folder / "sync-w8-r2.partial").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        render_nothing(patch)
        assert main([str(folder)]) == 0
    return folder / "report.html"


def test_the_report_opens_with_the_answer(report: Path) -> None:
    text = report.read_text()

    answer = text.index("<strong>A queue responds sooner")
    main_charts = [text.index('<figure id="response_time"'), text.index('<figure id="throughput"')]
    assert [answer, *main_charts] == sorted([answer, *main_charts])
    assert text.index("<li>", max(main_charts)) < text.index(">What needs care</h2>")
    assert text.index(">What needs care</h2>") < text.index(">Replay a trial</h2>") < text.index(">Charts</h2>")


def test_the_answer_is_one_line_and_then_sentences_that_do_not_repeat_each_other(report: Path) -> None:
    answer = report.read_text().partition('<section class="answer"')[2].partition("</section>")[0]

    assert answer.index("<strong>A queue responds sooner") < answer.index("<li>")
    assert "Queue mode with 1 worker" not in answer
    titles = [unescape(said) for said in re.findall(r'aria-label="Chart [a-z ]+: ([^"]+)"', answer)]
    assert len(titles) == 2 and not any(f"<li>{title}" in answer for title in titles)


def test_the_answer_in_one_line_is_not_given_where_the_modes_did_not_do_the_same_work(tmp_path: Path) -> None:
    folder = write_experiment(tmp_path / "unequal", both_modes())
    with_trials(folder, lambda record: record["cpu_seconds"].update(worker=100.0), "queue-*")

    text = _reported(folder, "--no-charts")

    assert "ERROR: the modes did not do the same work" in text
    assert "A queue responds sooner" not in text


def test_what_holds_of_all_overloaded_trials_is_said_once(report: Path) -> None:
    text = report.read_text()
    box = text.partition('aria-label="Overloaded">')[2].partition("</section>")[0]

    assert "waiting times depend" not in text.partition('aria-label="Warnings">')[2].partition("</section>")[0]
    assert box.count("waiting times depend on when the measurement stops") == 1
    assert all(f"{mode}-w{n}-r1" in box for mode in ("sync", "queue") for n in (1, 2))


def test_accounts_that_do_not_balance_are_an_error_box(report: Path) -> None:
    box = re.search(r'<section class="box error".*?</section>', report.read_text(), re.DOTALL)

    assert box is not None
    assert "ERROR" in box[0]
    assert "queue-w8-r1" in box[0]
    assert "the server has no picture" in box[0]


def test_withheld_and_unfinished_trials_are_counted_and_named(report: Path) -> None:
    text = report.read_text()

    assert "1 of 8 trials withheld as invalid</summary><p>queue-w8-r1</p>" in text
    assert "1 trial unfinished, so not counted</summary><p>sync-w8-r2.partial</p>" in text


def test_every_chart_has_words_and_a_table_beside_it(report: Path) -> None:
    text = report.read_text()
    charts = re.findall(r'<svg role="img" aria-label="Chart [^"]+', text)

    assert len(charts) == text.count("<summary>The numbers</summary>") == _drawn(report) > 6


def test_every_rate_and_time_has_its_unit_in_the_heading(report: Path) -> None:
    headings = set(re.findall(r'<th scope="col">([^<]+)</th>', report.read_text()))

    assert {"throughput [pictures/s]", "response time, median [s]", "CPU web [s/picture]"} <= headings
    assert all("[" in heading for heading in headings if "time" in heading or "rate" in heading)


def test_what_is_left_at_the_broker_and_what_is_pending_is_told_apart_under_the_accounts(report: Path) -> None:
    accounts = report.read_text().partition(">Accounts</h2>")[2].partition("<h2")[0]

    assert "“Left at the broker” counts the messages from all phases" in accounts
    assert "“pending” in the ledger is smaller if a picture finished in between" in accounts
    assert "Celery's defaults it may be larger, because" in accounts


def test_the_accounts_tell_what_is_unfinished_from_what_failed(report: Path) -> None:
    accounts = report.read_text().partition(">Accounts</h2>")[2].partition("</table>")[0]

    (row,) = [row for row in accounts.split("<tr>") if "queue-w1-r1" in row]
    assert re.findall("<td>([^<]*)</td>", row)[:6] == ["queue-w1-r1", "111", "44", "0", "67", "0"]


def test_the_ends_of_intervals_are_explained_where_the_table_has_some(report: Path, tmp_path: Path) -> None:
    repeats = _reported(
        write_experiment(tmp_path / "repeats", repeated(both_modes((4,), noise=0.05), 3)), "--no-charts"
    )

    assert ": at least [s]</th>" in repeats and "“At least” and “at most” are" in repeats
    assert ": at least [s]</th>" not in report.read_text() and "“At least”" not in report.read_text()


def test_nothing_is_said_of_a_broker_where_sync_alone_was_measured(tmp_path: Path) -> None:
    text = _reported(write_experiment(tmp_path / "sync", [Made(mode="sync")]), "--no-charts")

    assert "Left at the broker” counts" not in text


def test_no_two_elements_share_an_id(report_with_every_box: Path) -> None:
    ids = re.findall(r'\sid="([^"]+)"', report_with_every_box.read_text())

    assert len(ids) == len(set(ids))


def test_the_report_says_what_it_does_not_show_and_how_it_was_made(report: Path) -> None:
    text = report.read_text()

    for words in ("loopback", "it has no interval", "measurement window is 12 s", "A worker is one process"):
        assert words in text
    for words in ("Some CPU", "django 5.2", "seed 20261123", "prefetch", "drain_limit_s"):
        assert words in text


def test_the_report_is_small_enough_to_mail(report_with_every_box: Path) -> None:
    assert report_with_every_box.stat().st_size < 3_000_000


def test_words_from_the_files_cannot_become_markup(tmp_path: Path) -> None:
    made = [Made(workload="</script><script>alert(1)</script>"), Made(workload="io", repeat=2)]
    folder = write_experiment(tmp_path / "demo", made, by_hand=True)
    assert main([str(folder), "--no-charts"]) == 0

    assert "<script>alert" not in (folder / "report.html").read_text()


def test_what_was_varied_and_what_was_held_stands_above_the_charts(report: Path) -> None:
    text = report.read_text()

    varied = "Varied: mode (sync, queue), workers (1, 2, 4, 8).<br>Held: workload io, 10 pictures/s offered"
    assert text.index(varied) < text.index(">Charts</h2>")


@pytest.mark.usefixtures("unrendered")
def test_a_difference_has_its_chart_its_sentence_and_its_table(tmp_path: Path) -> None:
    made = repeated(both_brokers(both_modes((4,)), slower=1.3), 3)
    text = _reported(write_experiment(tmp_path / "brokers", made))

    sentence = (
        "With rabbitmq instead of redis, the queue takes 1.28 times as long to respond (95 % interval 1.28 to 1.28"
    )
    assert f"<li>{sentence}" in text
    assert f'aria-label="Chart compared broker: {sentence}' in text
    assert "<h3>rabbitmq instead of redis</h3>" in text
    assert "<td>sync (control)</td>" in text
    assert 'aria-label="Chart throughput: rabbitmq: ' in text


def test_nothing_is_said_of_differences_where_nothing_was_varied(report: Path) -> None:
    assert "Differences, pair by pair" not in report.read_text()


def test_more_threads_and_a_far_broker_have_caveats_of_their_own(tmp_path: Path) -> None:
    made = with_delays([Made(mode="sync", web_threads=4), Made(web_threads=4)], (0.0, 0.005))

    text = _reported(write_experiment(tmp_path / "far", made), "--no-charts")

    assert "a worker with 4 threads has 4 slots in one Python process" in text
    assert "5 ms were added in each direction between app and broker" in text
    assert "0 ms were added" not in text
    assert "loopback" in text


def test_a_condition_without_any_pair_is_named(tmp_path: Path) -> None:
    made = [Made(), Made(repeat=2, database="postgres")]

    text = _reported(write_experiment(tmp_path / "odd", made), "--no-charts")

    assert "No two valid trials differ only in database" in text


def test_pairs_by_hand_are_said_to_have_had_other_uploads(tmp_path: Path) -> None:
    made = [Made(), Made(database="postgres")]

    by_hand = _reported(write_experiment(tmp_path / "hand", made, by_hand=True), "--no-charts")
    planned = _reported(write_experiment(tmp_path / "plan", made), "--no-charts")

    assert "By hand, the two trials" in by_hand
    assert "By hand, the two trials" not in planned


def test_failed_uploads_are_warned_of_although_the_trial_is_valid(tmp_path: Path) -> None:
    text = _reported(write_experiment(tmp_path / "failing", [Made(workers=8, fails_every=10)]), "--no-charts")

    box = re.search(r'<section class="box" aria-label="Warnings">.*?</section>', text, re.DOTALL)
    assert box is not None
    assert "<b>queue-w8-r1</b> (valid): 12 of 111 uploads failed: 12 unreadable_image" in box[0]
    assert "workers keep up" not in text


def test_a_withheld_cell_has_no_numbers_in_the_table_of_all_numbers(report: Path) -> None:
    table = report.read_text().partition(">All numbers</h2>")[2].partition("</table>")[0]

    (row,) = [row for row in table.split("<tr>") if "invalid accounts" in row]
    cells = re.findall("<td>([^<]*)</td>", row)
    assert cells[:3] == ["queue", "8", "io"]
    assert set(cells[-12:-1]) - {"invalid accounts"} == {"–"}


def test_an_experiment_without_a_valid_trial_answers_nothing(tmp_path: Path) -> None:
    folder = write_experiment(tmp_path / "demo", [Made()])
    break_books(folder / "queue-w4-r1")

    assert main([str(folder)]) == 0

    assert "No trial of this experiment is valid" in (folder / "report.html").read_text()


def _drawn(report: Path) -> int:
    """How many charts were drawn for it."""
    return len(list((report.parent / "charts").glob("*.svg")))


def _reported(folder: Path, *options: str) -> str:
    assert main([str(folder), *options]) == 0
    return (folder / "report.html").read_text()
