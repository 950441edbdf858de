"""The deliverer: schedules, platforms, commands and storage around the composer."""
