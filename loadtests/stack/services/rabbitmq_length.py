"""How long RabbitMQ's queue is, asked of the queue's own process."""

import contextlib
import itertools
import re
import select
import subprocess
import time

from loadtests.errors import StackError
from loadtests.stack.process.process_group import Command
from loadtests.stack.services.queue_depth import QUEUE, TIMEOUT_S, AmqpQueue, QueueLength

#: Asks a running node, once for every line of input, and answers with a line: what was said, ready, unacknowledged.
#: The node's own commands start an Erlang machine for every question; its web interface is seconds behind.
ASK = """
Queue = {resource, <<"/">>, queue, <<"%(queue)s">>},
Length = fun() ->
    case rpc:call('%(node)s', rabbit_amqqueue, lookup, [Queue], 1500) of
        {ok, Found} ->
            Asked = [messages_ready, messages_unacknowledged],
            [{_, Ready}, {_, Unacked}] = rpc:call('%(node)s', rabbit_amqqueue, info, [Found, Asked], 1500),
            io_lib:format("~p ~p", [Ready, Unacked]);
        {error, not_found} -> "0 0";
        Other -> io_lib:format("~0p", [Other])
    end
end,
Loop = fun Again() ->
    case io:get_line("") of
        eof -> halt();
        Said -> io:format("~s ~s~n", [string:trim(Said), Length()]), Again()
    end
end,
Loop().
"""


class RabbitQueue(AmqpQueue):
    """A node on this machine, asked for both counts by an Erlang process that stays beside it.

    asker starts Erlang with a name of its own and the node's cookie.
    """

    def __init__(self, url: str, node: str, asker: Command) -> None:
        super().__init__(url)
        script = re.sub(r"\s+", " ", ASK % {"queue": QUEUE, "node": node})
        self._numbers = itertools.count(1)
        # Its input ends with this process, however that ends, and it with its input.
        self._asker = subprocess.Popen(
            [*asker.argv, "-noshell", "-hidden", "-eval", script],
            cwd=asker.cwd,
            env=asker.env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            bufsize=0,
        )

    def length(self) -> QueueLength:
        """Both counts from one answer of the queue's own process."""
        answer = self._ask(f"{next(self._numbers)}")
        counts = answer.split()
        if len(counts) != 2 or not all(count.isdecimal() for count in counts):
            raise StackError(f"The broker does not say how long its queue is: {answer}")
        return QueueLength(waiting=int(counts[0]), in_hand=int(counts[1]))

    def close(self) -> None:
        super().close()
        assert self._asker.stdin and self._asker.stdout, "opened as pipes"
        with contextlib.suppress(BrokenPipeError):
            self._asker.stdin.close()
        try:
            self._asker.wait(TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._asker.kill()
            self._asker.wait()
        self._asker.stdout.close()

    def _ask(self, number: str) -> str:
        """The answer to this question; one to an earlier question that came too late is passed over."""
        assert self._asker.stdin and self._asker.stdout, "opened as pipes"
        deadline = time.monotonic() + 2 * TIMEOUT_S
        try:
            self._asker.stdin.write(f"{number}\n".encode())
        except BrokenPipeError:
            return "the Erlang process that asks it has ended"
        while select.select([self._asker.stdout], [], [], max(0.0, deadline - time.monotonic()))[0]:
            said, _, answer = self._asker.stdout.readline().decode(errors="replace").strip().partition(" ")
            if said == number or self._asker.poll() is not None:
                return answer
        return "no answer in time"
