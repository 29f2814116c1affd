"""What holds for every test."""

import signal

# Where the tests run in the background, Ctrl-C is ignored, and every process that they start would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
