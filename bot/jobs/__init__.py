"""Execution engines and the scheduler: run work off the event loop, and on time.

One process: threads (`in_process`). Another engine is one file here, a line in
`bot.app`, and passes `tests/contracts/test_engine.py`.
"""
