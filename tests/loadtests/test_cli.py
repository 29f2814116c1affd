import argparse

from loadtests.cli import COMMANDS, build_parser


def test_every_option_of_every_command_has_a_help_text():
    parser = build_parser(dict.fromkeys(COMMANDS, lambda _: 0))
    [commands] = [action.choices for action in parser._actions if isinstance(action, argparse._SubParsersAction)]

    assert set(commands) == set(COMMANDS)
    assert [(name, each.dest) for name, command in commands.items() for each in command._actions if not each.help] == []
