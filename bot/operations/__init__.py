"""Operate the bot: doctor, maintenance, backups, clock monitor."""
