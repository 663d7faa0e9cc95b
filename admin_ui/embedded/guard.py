"""`python -m admin_ui.embedded.guard FD COMMAND…`: runs COMMAND until it ends, or until the pipe FD is closed.

For systems whose kernel cannot tell a child that its parent died: the parent holds the other end of the pipe open.
"""

import os
import signal
import subprocess
import sys
import threading


def main(arguments: list[str]) -> int:
    pipe, command = int(arguments[0]), arguments[1:]
    child = subprocess.Popen(command)

    def pass_on(signum: int, frame: object) -> None:
        child.send_signal(signum)

    def watch() -> None:
        os.read(pipe, 1)
        child.terminate()

    signal.signal(signal.SIGTERM, pass_on)
    signal.signal(signal.SIGINT, pass_on)
    threading.Thread(target=watch, daemon=True).start()
    return child.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
