"""Uploads as Locust's users send them by its own means: the comparison for a calibration, and nothing else."""

from typing import Any, ClassVar

from locust import FastHttpUser, constant, constant_pacing, constant_throughput, events, task
from locust.argument_parser import LocustArgumentParser
from locust.env import Environment

from loadtests.errors import QueuelabError
from loadtests.scenarios.options import add_allow_target, allowed_targets, refuse_foreign
from loadtests.workload.pictures import photos
from loadtests.workload.presets import WORKLOADS

WAITS = {
    "constant_pacing": lambda each_s: constant_pacing(each_s),
    "constant_throughput": lambda each_s: constant_throughput(1 / each_s),
    "none": lambda _: constant(0),
}


class PlainLocustUser(FastHttpUser):
    """Sends one picture after the other, each when the last is answered and the wait is over."""

    picture = b""
    #: Close: every upload has a connection of its own, as those of a trial have.
    headers: ClassVar[dict[str, str]] = {}

    @task
    def upload(self) -> None:
        files = {"image": ("picture.jpg", self.picture, "image/jpeg")}
        self.client.post("/pictures/sync/", files=files, headers=self.headers)


@events.init_command_line_parser.add_listener
def add_options(parser: LocustArgumentParser) -> None:
    add_allow_target(parser)
    parser.add_argument("--wait", choices=tuple(WAITS), default="constant_pacing")
    parser.add_argument("--each-s", type=float, default=1.0)
    parser.add_argument("--connection", choices=("keep-alive", "close"), default="keep-alive")


@events.init.add_listener
def begin(environment: Environment, **_: Any) -> None:
    options = environment.parsed_options
    assert options is not None, "Locust's command line parses options before any event"
    try:
        refuse_foreign(environment.host, allowed_targets(environment))
    except QueuelabError as error:
        raise SystemExit(str(error)) from None
    PlainLocustUser.wait_time = WAITS[options.wait](options.each_s)
    PlainLocustUser.headers = {"Connection": options.connection}
    PlainLocustUser.picture = photos(WORKLOADS["io"])[0].path.read_bytes()
