"""`standfirst` as people and service managers run it: real processes."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from bot.__main__ import COMMANDS
from tests.bot.harness import BRIDGE, CONFIGURATION, POOL
from tests.bot.process import PATIENCE, Home, eventually, page, run_script

MESSAGES = "SELECT key FROM local_messages ORDER BY id"
EDITIONS = "SELECT public_id FROM editions ORDER BY id"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.fixture
def furnished(home: Home) -> Home:
    """A home whose digest is due every minute, with one article."""
    articles = home.folder / "articles"
    articles.mkdir()
    (articles / "bridge.txt").write_text(BRIDGE, encoding="utf-8")
    file = home.folder / "newsroom.toml"
    file.write_text(
        CONFIGURATION.replace("every 2 minutes", "every 1 minute"), encoding="utf-8"
    )
    done = home.run("apply", "newsroom.toml")
    assert done.returncode == 0, done.stderr
    return home


# ── commands that end by themselves ────────────────────────────────────────────


def test_version_prints_one_line(home):
    done = home.run("version")
    assert (done.returncode, done.stdout) == (0, "0.1.0\n")


@pytest.mark.parametrize("args", [["slack-manifest"], ["export"]])
def test_a_reader_that_has_enough_is_no_failure(furnished, args):
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "bot", *args],
        env=furnished.environment(),
        cwd=furnished.folder,
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (0, "")


def test_without_arguments_it_shows_help_with_examples(home):
    done = home.run()
    assert done.returncode == 0
    assert "standfirst demo" in done.stdout


@pytest.mark.parametrize("group", [[], ["digest"], ["source"], ["workspace"]])
def test_help_lists_each_command_with_its_summary(home, group):
    done = home.run(*group, "--help")
    listed = re.findall(r"^│ ([a-z][\w-]+) +(\S+ \S+)", done.stdout, re.M)
    words = [[*group, name] for name, _ in listed]
    wanted = [words.split() for words in COMMANDS if words.split()[:-1] == group]
    assert [word for word in words if word in wanted] == wanted


def test_the_version_is_printed_without_loading_the_application():
    script = (
        "import sys; from bot.__main__ import run_command; run_command(['version']); "
        "print({'sqlalchemy', 'aiohttp'} & set(sys.modules))"
    )
    assert run_script(script) == "0.1.0\nset()\n"


def test_a_command_loads_nothing_for_the_logs_that_it_does_not_use():
    script = (
        "import sys; sys.argv[1:] = ['when', 'daily at 8:30 UTC']\n"
        "import bot.__main__\n"
        "try: bot.__main__.main()\n"
        "except SystemExit: print({'rich', 'greenlet'} & set(sys.modules))"
    )
    assert run_script(script).endswith("set()\n")


def test_the_process_that_runs_on_does_not_hold_the_command_lines_library():
    script = (
        "import sys; sys.argv[1:] = ['run']\n"
        "import bot.__main__, bot.cli.running\n"
        "bot.cli.running.run_bot = lambda factory: print('cyclopts' in sys.modules)\n"
        "bot.__main__.main()"
    )
    assert run_script(script) == "False\n"


@pytest.mark.parametrize("wrong", [["dmeo"], ["digest", "psot"], ["apply"], ["--what"]])
def test_a_usage_mistake_is_one_sentence_and_exit_2(home, wrong):
    done = home.run(*wrong)
    assert done.returncode == 2
    assert done.stderr.startswith("standfirst: ")
    assert "Traceback" not in done.stderr


def test_a_broken_file_is_exit_3_and_changes_nothing(home):
    (home.folder / "broken.toml").write_text("[[workspace\n", encoding="utf-8")
    done = home.run("apply", "broken.toml")
    assert done.returncode == 3
    assert "broken.toml: It is not valid TOML" in done.stderr


def test_a_wrong_setting_is_exit_3_and_named(home):
    done = home.run("doctor", STANDFIRST_WEB_PORT="eighty")
    assert done.returncode == 3
    assert "STANDFIRST_WEB_PORT" in done.stderr


def test_an_unknown_setting_is_reported_and_stops_nothing(home):
    done = home.run("digest", "list", STANDFIRST_WEB_PROT="80")
    assert done.returncode == 0
    assert "STANDFIRST_WEB_PORT" in done.stderr


def test_when_prints_the_meaning_of_a_sentence_as_json(home):
    done = home.run(
        "when", "weekdays at 8:30 Europe/Berlin", "--json",
        "--after", "2026-03-27T12:00:00+00:00", "--count", "2",
    )  # fmt: skip
    reported = json.loads(done.stdout)
    assert reported["zone"] == "Europe/Berlin"
    assert reported["next"] == [
        "2026-03-30T08:30:00+02:00",
        "2026-03-31T08:30:00+02:00",
    ]


def test_when_prints_the_sentence_its_next_moments_and_misses(home):
    done = home.run(
        "when", "mon-fri 8.30 berlin", "--after", "2026-03-27T07:30:00Z", "--count", "2"
    )
    assert done.stdout.splitlines() == [
        "weekdays at 8:30 Europe/Berlin",
        "",
        "  zone    Europe/Berlin",
        "  next    Mon  2026-03-30  08:30  +02:00 CEST",
        "          Tue  2026-03-31  08:30  +02:00 CEST",
        "  missed  made up for within 6 hours, by one edition that says it is late;",
        "          after that it is left out, and its articles come with the next one.",
    ]


def test_when_reports_an_expired_schedule(home):
    sentence = "daily at 8 until 2020-01-01"
    assert "never again" in home.run("when", sentence).stdout
    assert json.loads(home.run("when", sentence, "--json").stdout)["next"] == []


def test_when_words_a_sentence_in_german(home):
    done = home.run("when", "last friday of the month at 17", "--language", "de")
    said = "am letzten Freitag des Monats um 17:00 Uhr (UTC)"
    assert done.stdout.splitlines()[0] == said


def test_when_reads_a_cron_line(home):
    done = home.run("when", "cron 30 8 * * 1-5 Europe/Berlin", "--json")
    assert json.loads(done.stdout)["schedule"] == "weekdays at 8:30 Europe/Berlin"


def test_when_a_sentence_is_not_understood_it_offers_one_that_is(home):
    done = home.run("when", "evry 15 minutes")
    assert done.returncode == 2
    assert "every 15 minutes" in done.stderr


def test_a_database_of_a_newer_version_is_refused_by_a_sentence(furnished):
    import sqlite3

    path = furnished.folder / "data" / "standfirst" / "standfirst.db"
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE standfirst_version SET version_num = '9999'")
    connection.close()
    done = furnished.run("digest", "list")
    assert done.returncode == 3
    assert "newer" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_of_a_development_version_is_refused_by_a_sentence(furnished):
    import sqlite3

    path = furnished.folder / "data" / "standfirst" / "standfirst.db"
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE standfirst_version SET version_num = '0015'")
    connection.close()
    done = furnished.run("migrate")
    assert done.returncode == 3
    assert "«standfirst export» with that version" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_list_of_digests_shows_the_next_time_in_their_zone(furnished):
    done = furnished.run("digest", "list")
    assert done.returncode == 0, done.stderr
    assert re.search(
        r"next (?:today|tomorrow) \d\d:\d\d \(Europe/Berlin\)\n", done.stdout
    )


def test_a_file_that_is_no_database_is_refused_and_left_alone(home):
    path = home.folder / "data" / "standfirst" / "standfirst.db"
    path.parent.mkdir(parents=True)
    path.write_text("my shopping list " * 100, encoding="utf-8")
    done = home.run("digest", "list")
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert path.read_text(encoding="utf-8").startswith("my shopping list")


def test_digest_post_is_durable_before_it_reports_success(furnished):
    done = furnished.run("digest", "post", "Morning brief")
    assert done.returncode == 0
    assert furnished.rows(EDITIONS)[0][0] in done.stdout


def test_digest_post_with_nothing_new_posts_nothing_and_is_well(furnished):
    furnished.run("digest", "post")
    done = furnished.run("digest", "post")
    assert done.returncode == 0
    assert "No edition" in done.stdout
    assert len(furnished.rows(EDITIONS)) == 1


def test_without_the_platforms_token_digest_post_only_orders(furnished):
    """The process with the token composes it; this one only records the order."""
    file = furnished.folder / "chat.toml"
    file.write_text(
        CONFIGURATION.replace('"local"', '"discord"')
        .replace('id = "newsroom"', 'id = "1001"')
        .replace('channel = "c-morning"', 'channel = "2001"')
        .replace("Morning brief", "Chat brief"),
        encoding="utf-8",
    )
    assert furnished.run("apply", "chat.toml").returncode == 0
    done = furnished.run("digest", "post", "Chat brief")
    assert done.returncode == 0
    assert "This terminal lacks STANDFIRST_DISCORD_TOKEN" in done.stdout
    ordered = "SELECT state, trigger FROM occurrences"
    assert furnished.rows(ordered) == [("due", "manual")]
    assert furnished.rows("SELECT item FROM published_items") == []


def test_naming_no_digest_that_exists_is_exit_2_with_the_names(furnished):
    done = furnished.run("digest", "post", "Evening")
    assert done.returncode == 2
    assert "«Morning brief»" in done.stderr


def test_preview_prints_the_edition_and_posts_nothing(furnished):
    done = furnished.run("digest", "preview", "--format", "markdown")
    assert "Harbour bridge closes" in done.stdout
    assert furnished.rows(EDITIONS) == []


def test_pause_and_resume_are_inverse(furnished):
    assert furnished.run("digest", "pause").returncode == 0
    (row,) = json.loads(furnished.run("digest", "list", "--json").stdout)
    assert (row["paused"], row["next"]) == (True, None)
    furnished.run("digest", "resume")
    (row,) = json.loads(furnished.run("digest", "list", "--json").stdout)
    assert row["next"] is not None


def test_export_gives_what_apply_takes(furnished):
    exported = furnished.run("export").stdout
    (furnished.folder / "again.toml").write_text(exported, encoding="utf-8")
    done = furnished.run("apply", "again.toml", "--prune")
    assert "Nothing to change" in done.stdout


def test_doctor_is_exit_4_when_something_needs_attention(furnished):
    assert furnished.run("doctor").returncode == 0
    (furnished.folder / "articles" / "bridge.txt").unlink()
    (furnished.folder / "articles").rmdir()
    done = furnished.run("doctor", "--json")
    assert done.returncode == 4
    assert json.loads(done.stdout)["state"] == "problem"


def test_migrate_prints_the_database_location(home):
    done = home.run("migrate")
    assert done.returncode == 0
    assert "schema" in done.stdout


# ── running ────────────────────────────────────────────────────────────────────


def test_a_taken_port_is_exit_3_and_named(home):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = home.run("run", STANDFIRST_WEB_PORT=port)
    assert done.returncode == 3
    assert port in done.stderr
    assert "STANDFIRST_WEB_PORT" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_signal_ends_it_well_and_another_takes_over_at_once(home, number):
    with home.running("run") as first:
        first.until()
        assert first.stop(number) == 0
    with home.running("run") as second:
        assert second.until().startswith("http://127.0.0.1:")
        assert second.stop() == 0


def test_a_second_process_stands_by_and_takes_over_from_a_killed_one(home):
    with home.running("run") as first:
        first.until()
        with home.running("run") as second:
            second.until(re.compile("standing by"))
            first.stop(signal.SIGKILL)
            assert second.until().startswith("http://127.0.0.1:")


def test_a_running_process_delivers_what_another_one_ordered(furnished):
    with furnished.running("run") as process:
        address = process.until()
        (furnished.folder / "articles" / "pool.txt").write_text(POOL, encoding="utf-8")
        furnished.run("digest", "post", "Morning brief")
        eventually(lambda: "Torvale pool reopens" in page(address))
        assert process.stop() == 0


def test_an_edition_ordered_while_nothing_ran_goes_out_at_the_next_start(furnished):
    furnished.run("digest", "post", "Morning brief")
    assert furnished.rows(MESSAGES) == []
    with furnished.running("run") as process:
        address = process.until()
        eventually(lambda: "Harbour bridge closes" in page(address))


def test_health_and_readiness_answer_while_it_runs(home):
    with home.running("run") as process:
        address = process.until()
        assert json.loads(page(f"{address}/healthz"))["status"] == "alive"
        assert json.loads(page(f"{address}/readyz"))["status"] == "ready"


# ── the demo ───────────────────────────────────────────────────────────────────


def demo_rows(home: Home, query: str) -> list[tuple]:
    return home.rows(query, "demo/demo.db")


def test_the_demo_shows_the_summit_with_the_right_speaker(home):
    with home.running("demo") as process:
        address = process.until()
        shown = eventually(lambda: 'class="edition"' in page(address) and page(address))
    after = shown[shown.index("Over 80 years ago, China and the Republic") :]
    assert "Xi Jinping" in after[:1000]


def test_killing_and_restarting_the_demo_neither_loses_nor_repeats(home):
    for _ in range(3):
        with home.running("demo") as process:
            process.until()
            eventually(lambda: demo_rows(home, EDITIONS))
            process.stop(signal.SIGKILL)
    with home.running("demo") as process:
        process.until()
        waiting = (
            "SELECT 1 FROM deliveries WHERE state != 'sent' "
            "UNION ALL SELECT 1 FROM occurrences WHERE state = 'due'"
        )
        eventually(lambda: not demo_rows(home, waiting) and demo_rows(home, MESSAGES))
        process.stop()
    keys = [key for (key,) in demo_rows(home, MESSAGES)]
    assert len(keys) == len(set(keys))
    # The demo's newspapers correct their articles, and messages are edited.
    posted = "SELECT key FROM deliveries WHERE operation = 'post'"
    wanted = demo_rows(home, posted)
    assert sorted(keys) == sorted(key for (key,) in wanted)
    front = "SELECT 1 FROM occurrences WHERE slot = 'demo-first' AND digest_id = 1"
    assert len(demo_rows(home, front)) == 1


def test_fresh_forgets_earlier_demos_and_nothing_else(home):
    with home.running("demo") as process:
        process.until()
        eventually(lambda: demo_rows(home, EDITIONS))
        process.stop()
    mine = home.folder / "data" / "standfirst" / "demo" / "newsroom" / "my-notes.md"
    mine.write_text("Keep me.", encoding="utf-8")
    with home.running("demo", "--fresh") as process:
        process.until()
        process.stop()
    assert mine.exists()


# ── slack-manifest ─────────────────────────────────────────────────────────────


def test_slack_manifest_prints_json_and_explains_the_scopes(home):
    done = home.run("slack-manifest")
    made = json.loads(done.stdout)
    assert done.returncode == 0
    assert made["settings"]["socket_mode_enabled"] is True
    assert [c["command"] for c in made["features"]["slash_commands"]] == [
        "/news",
        "/newsdesk",
    ]
    for scope in made["oauth_config"]["scopes"]["bot"]:
        assert f"{scope}: " in done.stderr


def test_slack_manifest_for_http_names_the_address(home):
    done = home.run("slack-manifest", "--mode", "http", "--url", "https://news.example")
    made = json.loads(done.stdout)
    called = made["settings"]["interactivity"]["request_url"]
    assert called == "https://news.example/slack/events"


def test_slack_manifest_takes_the_address_from_the_settings_too(home):
    public = {"STANDFIRST_PUBLIC_URL": "https://news.example"}
    done = home.run("slack-manifest", "--mode", "http", **public)
    made = json.loads(done.stdout)
    called = made["settings"]["interactivity"]["request_url"]
    assert called == "https://news.example/slack/events"


def test_slack_manifest_for_several_workspaces_prints_the_install_url(home):
    done = home.run(
        "slack-manifest",
        "--mode",
        "http",
        "--url",
        "https://news.example",
        "--rotation",
    )
    made = json.loads(done.stdout)
    assert made["oauth_config"]["redirect_urls"] == [
        "https://news.example/slack/oauth_redirect",
        "https://news.example/console/sign-in/slack/callback",
    ]
    assert made["settings"]["token_rotation_enabled"] is True


@pytest.mark.parametrize(
    "arguments",
    [
        ("--mode", "http"),
        ("--rotation",),
        ("--mode", "http", "--url", "http://news.example"),
        ("--mode", "http", "--url", "news.example"),
        ("--url", "https://news.example"),
        ("--mode", "carrier-pigeon"),
    ],
)
def test_slack_manifest_without_a_usable_address_is_exit_2(home, arguments):
    done = home.run("slack-manifest", *arguments)
    assert done.returncode == 2
    assert done.stdout == ""


def test_what_the_terminal_changes_is_kept_with_what_was_before(furnished):
    for command in (["digest", "pause"], ["digest", "resume"], ["apply"]):
        done = furnished.run(*command, *(["newsroom.toml"] * (command == ["apply"])))
        assert done.returncode == 0, done.stderr
    found = furnished.rows("SELECT steps, person_name FROM changes ORDER BY id")
    paused = [json.loads(steps)[-1]["after"].get("paused") for steps, _ in found]
    # The last `apply` found nothing to change.
    assert paused == [False, True, False]
    assert {who for _, who in found} == {"the operator, in the terminal"}
