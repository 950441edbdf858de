from digests import terminal
from digests.quotes import explain
from tests.builders import an_article

TEXT = (
    "Tom Cole and the council's chairwoman, Ada Brandt, came to the old lock early.\n\n"
    "“We have waited eleven years for this water, and tonight it is ours at last, and "
    "nobody will take it away from us,” Ruth Bell, a warden of the canal, told them. "
    "“It is late,” she said.\n\n"
    "The “free” lock cost the town a million."
)


def table(text=TEXT):
    return list(terminal.explained_quotes(an_article(text=text)))


def test_no_line_is_wider_than_a_hundred_columns():
    assert max(map(len, table())) <= 100


def test_every_quotation_shows_its_speaker_and_its_reporting_word():
    lines = table()
    assert "   Ruth Bell · reporting word «told»" in lines
    assert f"   {terminal.UNNAMED} · no cue" in lines


def test_the_arrow_points_at_the_chosen_candidate_only():
    arrows = [line for line in table() if "→" in line]
    assert [line.split()[2] for line in arrows] == ["Ruth", "she"]


def test_what_speaks_for_a_candidate_sums_up_to_its_score():
    for row in explain(TEXT):
        assert abs(sum(worth for _, worth in row.features) - row.score) < 0.05


def test_a_candidate_that_was_passed_over_is_not_marked_as_chosen():
    rows = explain("Ruth Bell came, and we said: “It is open.”")
    assert not any(row.chosen for row in rows)


def test_a_language_without_a_table_has_nothing_to_explain():
    assert explain("« C’est ouvert », dit-elle.", lang="fr") == ()
