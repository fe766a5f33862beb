"""`python -m onemap` is `onemap`."""

import gc
import signal
import sys


def main() -> int:
    """Run the program, which can be broken off from its first moment on, and return its exit status."""
    try:
        from onemap.interruption import heeding_signals

        with heeding_signals() as ending:
            try:
                return _run()
            except KeyboardInterrupt:
                return _interrupted(ending.status)
    except KeyboardInterrupt:
        return _interrupted(128 + signal.SIGINT)
    finally:
        # Whoever presses Ctrl-C once more has nothing left to break off.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        # To look at the end for what nobody needs any more takes longer than all the cleaning up.
        gc.freeze()


def _run() -> int:
    # Reading all of the program takes a second, and some libraries catch whatever comes while they are read.
    from onemap.cli import main as run
    from onemap.interruption import remind

    remind()
    # A build makes millions of things that live until its end: looking among them for what nobody needs finds little.
    gc.set_threshold(100_000, 20, 20)
    return run()


def _interrupted(status: int) -> int:
    from onemap.interruption import interrupted
    from onemap.text import asked_language, speaking

    with speaking(asked_language(sys.argv[1:])):
        print(interrupted(), file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
