"""Single keys from the terminal, without Enter; none where there is no terminal."""

import contextlib
import sys
from collections.abc import Iterator


class Keys:
    def pressed(self) -> str:
        """The key that was pressed, or nothing; never waits."""
        return ""


class WindowsKeys(Keys):
    def pressed(self) -> str:
        if sys.platform == "win32":
            import msvcrt

            if msvcrt.kbhit():
                return msvcrt.getwch()
        return ""


class TerminalKeys(Keys):
    def pressed(self) -> str:
        import os
        import select

        if select.select([sys.stdin], [], [], 0)[0]:
            return os.read(sys.stdin.fileno(), 1).decode("ascii", "replace")
        return ""


@contextlib.contextmanager
def keys() -> Iterator[Keys]:
    """Have the terminal hand over keys as they are pressed, then put it back."""
    if not sys.stdin or not sys.stdin.isatty():
        yield Keys()
    elif sys.platform == "win32":
        yield WindowsKeys()
    else:
        import termios
        import tty

        before = termios.tcgetattr(sys.stdin)
        tty.setcbreak(sys.stdin)
        try:
            yield TerminalKeys()
        finally:
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)
