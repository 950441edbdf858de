"""Where work runs, so that the event loop stays free; it must not know what runs.

One process: threads (`in_process`). Another engine is one file here, a line in
`bot.app`, and passes `tests/contracts/test_engine.py`.
"""
