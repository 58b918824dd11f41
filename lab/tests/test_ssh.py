"""The operator's shell over OpenSSH, as scripts use it."""

from sluicelab.lab import Lab
from sluicelab.namespace import CommandFailed, run

COMMANDS = 40


def test_every_command_ends_with_its_own_status(lab: Lab) -> None:
    """A server that hangs up before ssh has said good-bye makes ssh end with 255 now and then."""
    for _ in range(COMMANDS):
        assert run(*lab.appliance.shell_command(), "session:count --json").startswith('{"data"')


def test_a_command_that_fails_ends_with_one(lab: Lab) -> None:
    for _ in range(COMMANDS // 4):
        try:
            run(*lab.appliance.shell_command(), "session:show 10.99.99.99")
        except CommandFailed as failure:
            assert failure.status == 1
        else:
            raise AssertionError("a session that does not exist was shown")
