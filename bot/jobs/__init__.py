"""Execution engines and the job scheduler: work off the event loop, and on time.

The default engine is a thread of this process (`in_process`). Another engine is one
module here and one line in `bot.app`, and passes `tests/contracts/test_engine.py`.
"""
