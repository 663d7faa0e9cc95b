"""What a benchmark says about a figure, and the model it compares with."""

from pathlib import Path

from benchmarks import report
from benchmarks.cli_model import cli_calls
from benchmarks.report import Measurement


def measurement(figure: float, target: float | None) -> Measurement:
    return Measurement(what="Something", on="a sample", figure=figure, unit="times", target=target)


def test_a_figure_on_its_target_meets_it() -> None:
    assert measurement(1.5, 1.5).met is True
    assert measurement(1.51, 1.5).met is False


def test_a_figure_without_target_is_only_told() -> None:
    assert measurement(3, None).met is None
    assert "no target" in measurement(3, None).as_text()


def test_the_words_say_what_on_what_how_much_and_whether_it_is_met() -> None:
    text = measurement(2.25, 1.5).as_text()
    assert all(part in text for part in ("Something", "a sample", "2.25 times", "at most 1.5 times", "MISSED"))


def test_a_written_report_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "results.json"
    measured = [Measurement("One", "a sample", 1.25, "times", 1.5, {"calls": 12, "names": {"a": 1}})]
    report.write(path, measured, {"small": True})
    assert report.read(path) == measured


def test_the_model_of_the_cli_counts_what_the_format_describes() -> None:
    """70 pools are two pages; 40 clients, one provider and 60 identity pools are described one by one."""
    model = cli_calls(user_pools=70, identity_pools=60, clients=40, providers=1)
    assert model.calls == 2 + 1 + (1 + 40) + (1 + 1) + 1 + (1 + 60) + 1
    assert model.rounds == 2 + 1 + 2 + 2 + 1 + 2 + 1


def test_the_model_of_the_cli_never_describes_what_is_not_there() -> None:
    model = cli_calls(user_pools=1, identity_pools=0, clients=0, providers=0)
    assert model.calls == model.rounds == 7


def test_five_client_describes_a_second_take_their_time() -> None:
    model = cli_calls(user_pools=1, identity_pools=0, clients=11, providers=0)
    assert model.seconds_within_quota(0.0) == 2.0


def test_what_others_used_is_what_is_left_of_the_processors_work() -> None:
    assert report.used_by_others((100.0, 10.0), (112.0, 18.0), seconds=10, cores=2) == 0.2
    assert report.used_by_others((100.0, 10.0), (101.0, 18.0), seconds=10, cores=2) == 0
