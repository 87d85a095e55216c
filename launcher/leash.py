"""Ties a child's life to the launcher's, then becomes the child.

Run as a program: `python -I -S leash.py SIGNAL PARENT_PID USER COMMAND...`. When the launcher dies,
kill -9 included, the system sends SIGNAL to the command. It is a program of its own rather than a
pre-exec hook because hooks are not safe in a process with threads; and the order matters, because
the system forgets the signal when a process changes its user. USER is "-" to stay who we are.
"""

import ctypes
import os
import pwd
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    death_signal, parent_pid, user = int(arguments[0]), int(arguments[1]), arguments[2]
    command = arguments[3:]
    if user != "-":
        become(user)
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
    # The launcher may have died before the line above took hold.
    if os.getppid() != parent_pid:
        sys.exit(1)
    # Python ignores these two, and what is ignored stays ignored across exec.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    os.execv(command[0], command)  # noqa: S606 (a list, and no shell)


def become(user: str) -> None:
    account = pwd.getpwnam(user)
    os.setgroups([])
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)
    os.environ["HOME"] = "/"


if __name__ == "__main__":
    main(sys.argv[1:])
