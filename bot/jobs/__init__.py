"""Who does the work that is due, and when: one process, or several that share it.

    in_process     heavy work in a thread, off the event loop
    scheduler      five named jobs, on time; the only user of APScheduler
    leases         what one process at a time holds

One process does all of a job's work in its run (`bot.runner.build_jobs`). Several share
it over PostgreSQL, with procrastinate:

    dispatching    the scheduler's jobs turn what is due into jobs for the workers
    job_queue      stores jobs in the transaction that stores their reason
    workers        does them

A job is only a trigger: its arguments are ids, and what is due stands in the tables of
its subject. So a job may be lost, dropped or done twice; the scheduler finds again what
is still due. Tasks and their arguments only grow, because versions are mixed during an
update. Both ways pass `tests/contracts/test_work_engines.py`.
"""
