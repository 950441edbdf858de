import pytest

from digests.summaries import passages
from digests.types import Article


def texts(text: str) -> list[str]:
    return [p.text for p in passages.extract_passages(Article(id="a", text=text))]


def shown(text: str) -> list[str]:
    found = passages.extract_passages(Article(id="a", text=text))
    return [p.text for p in found if passages.is_presentable(p)]


@pytest.mark.parametrize(
    "line",
    [
        "HALLIN, Jan 6 (Wire) — ",
        "HALLIN — ",
        "HALLIN ― ",
        "Hallin, Norland (ABC) -- ",
        "Hallin (ABC)",
        "(The Daily Post)",
    ],
)
def test_a_dateline_is_left_out_and_the_span_stays_exact(line: str):
    text = f"{line}The bridge was opened on Monday."
    (passage,) = passages.extract_passages(Article(id="a", text=text))
    assert passage.text == "The bridge was opened on Monday."
    assert text[passage.span.start : passage.span.end] == passage.text


@pytest.mark.parametrize("mark", ["…", "...", "[…]", "[...]", "(…)"])
@pytest.mark.parametrize(
    "sentence", ["The bridge was opened.", "“The bridge is safe.”", "Was it safe?"]
)
def test_the_mark_of_a_cut_text_is_no_part_of_the_sentence_before(sentence, mark):
    text = f"{sentence} {mark}"
    (passage, *_) = passages.extract_passages(Article(id="a", text=text))
    assert passage.text == sentence
    assert text[passage.span.start : passage.span.end] == sentence


def test_words_that_trail_off_in_a_quotation_are_whole():
    text = "She said: “I do not know…”"
    assert shown(text) == [text]


def test_a_name_with_its_abbreviation_is_no_dateline():
    text = "The Hallin Road Office (HRO) was opened on Monday."
    assert texts(text) == [text]


def test_a_byline_is_no_passage():
    assert texts("By Ada Brandt\nThe bridge was opened.") == ["The bridge was opened."]


@pytest.mark.parametrize(
    "line",
    [
        "Click here to see more pictures.",
        "Sign up for our daily letter.",
        "All the bridges are in the links below.",
        "Read more: the bridge that fell.",
        "Follow us for more.",
        "The full transcript is here.",
        "You find what was said on this page.",
        "Media playback is not supported on this device.",
        "Published on May 20, 2016.",
        "Write to the desk at tips@example.org about your bridge.",
        "It is half a sentence",
        "and it begins small.",
        'He said "the bridge is safe.',
        "Sie teilten mit: „Die Brücke ist sicher.",
        "It stands in brackets (or so.",
        "The end has a blank .",
        "The council wants to wait until […]",
        "The council wants to wait until...",
        "The council wants to wait until the end of May [...]",
    ],
)
def test_unsuitable_lines_are_not_shown(line: str):
    assert shown(f"The bridge was opened.\n{line}") == ["The bridge was opened."]


def test_the_middle_of_a_speech_is_not_shown_as_the_reporters_words():
    text = (
        'The mayor spoke. "We built it well," she said. "It will stand. '
        'It is the best of bridges. Nobody doubts it." The crowd went home.'
    )
    assert "It is the best of bridges." not in shown(text)
    assert shown(text)[-1] == "The crowd went home."


def test_a_long_speech_ends_at_the_mark_of_its_paragraph():
    text = (
        "The mayor spoke.\n\n“It will stand. "
        + "It is the best of bridges. " * 8
        + "Nobody doubts it.”\n\nThe crowd went home."
    )
    assert shown(text) == ["The mayor spoke.", "The crowd went home."]


def test_a_report_may_speak_of_a_transcript():
    text = "The clerk will release a transcript of the talk with the mayor."
    assert shown(text) == [text]


def test_a_lost_mark_spoils_only_a_few_sentences():
    text = 'She said "it will stand. ' + "The crowd went home. " * 8
    assert shown(text).count("The crowd went home.") >= 2


def test_a_plural_apostrophe_leaves_a_sentence_whole():
    text = "The workers' union called the 'Long Bridge' safe."
    assert shown(text) == [text]


def test_the_reporters_own_i_is_distinguished_from_a_quoted_one():
    own, quoted = passages.extract_passages(
        Article(id="a", text='I went there.\n"I went there," the mayor said.')
    )
    assert own.personal
    assert not quoted.personal


@pytest.mark.parametrize(
    "line", ["Sen. Ada Reed (I-Norland) rose.", "World War I began in Hallin."]
)
def test_a_party_and_a_number_are_not_the_reporters_i(line: str):
    assert not any(
        p.personal for p in passages.extract_passages(Article(id="a", text=line))
    )


def test_a_sentence_that_points_back_leans():
    first, second, third = passages.extract_passages(
        Article(id="a", text="The mayor spoke. She left. But the crowd stayed.")
    )
    assert [first.leans, second.leans, third.leans] == [False, True, True]


@pytest.mark.parametrize(
    "line",
    [
        "All three of that woman's children were found.",
        "Tom Reed has come up with one.",
        "Neither can her brothers.",
        "Demnach war es ein Unfall.",
    ],
)
def test_a_sentence_that_means_somebody_of_the_one_before_leans(line: str):
    _, passage = passages.extract_passages(
        Article(id="a", text=f"The mayor ran. {line}")
    )
    assert passage.leans


def test_a_german_speech_of_several_sentences_ends_at_its_closing_mark():
    text = "Sie sagte: „Es ist kalt. Wir bleiben hier.“ Der Rat tagt am Freitag."
    found = passages.extract_passages(Article(id="a", text=text, lang="de"))
    assert not found[-1].in_speech


def test_a_noun_of_which_more_is_said_is_known():
    assert passages.find_known("The war, which lasted ten weeks, ended.") == "war"


def test_single_marks_inside_of_a_speech_do_not_end_it():
    text = "“We won the vote. He said 'no' to me. I kept on.” Hallin voted on Monday."
    assert shown(text) == ["Hallin voted on Monday."]


def test_a_german_speech_ends_at_its_closing_mark():
    text = (
        "„Der Nebel war nicht schuld“, sagte er am Mittwoch. Der Rat tagt am Freitag."
    )
    found = passages.extract_passages(Article(id="a", text=text, lang="de"))
    assert [(p.leans, p.in_speech) for p in found] == [(True, False), (False, False)]


@pytest.mark.parametrize(
    ("line", "is_title"),
    [
        ("Two killed, 14 hurt as bus overturns", True),
        ("Ada Hallin: I'd sell the bridge and the ferry.", True),
        ("Rowing for women on the Weir in the port:", False),
        ("Council votes 19 to 11, ends dispute", True),
        ("Cinemas from Friday, 148 minutes, cert 12", False),
        ("Hallin Rovers 2 (Okoro 12, Lind 55)", False),
    ],
)
def test_a_line_of_dates_or_scores_is_no_title(line: str, is_title: bool):
    article = Article(id="a", text=f"{line}\n\nIt happened in Hallin on Tuesday.")
    assert (passages.find_title_line(article) is not None) == is_title


@pytest.mark.parametrize(
    ("line", "is_title"),
    [
        ("Mayor says the Hallin blast was an 'act of malice.'", True),
        ("HALLIN, Norland (NTB) — The latest on the Hallin blast.", False),
        ("A blast in the old town of Hallin was an act of malice.", False),
    ],
)
def test_a_line_that_the_next_sentence_repeats_is_a_title(line: str, is_title: bool):
    text = (
        f"{line}\n\nNine people were hurt on Tuesday by a blast in Hallin that mayor "
        "Ada Brandt said was the latest act of malice in the old town of the port."
    )
    found = passages.find_title_line(Article(id="a", text=text))
    assert (found is not None) == is_title


REPORT = "Two lorries collided on the Weir Lane bridge on Monday, the police said."


@pytest.mark.parametrize(
    "before",
    [
        "A lorry stands on the bridge in the morning light. ",
        "Editor's note: Ada Brandt is a columnist. She is the author of two books. ",
        "Bridges are no longer safe. This town thinks it knows why.\n",
    ],
)
@pytest.mark.parametrize("line", ["(WIRE) -- ", "HALLIN, Norland (Wire) — "])
def test_what_stands_before_a_dateline_is_no_part_of_the_report(before: str, line: str):
    assert texts(f"{before}{line}{REPORT}") == [REPORT]


def test_a_place_in_capitals_begins_a_report_on_a_line_of_its_own():
    teaser = "Bridges are no longer safe."
    assert texts(f"{teaser}\nHALLIN — {REPORT}") == [REPORT]
    assert texts(f"{teaser} HALLIN — {REPORT}") == [teaser, REPORT]


def test_datelines_within_a_roundup_leave_the_items_before_them():
    first = "The mill in Hallin closed on Monday."
    second = "The weir broke on Sunday."
    text = f"HALLIN (Wire) — {first}\nNORVIK (Wire) — {second}"
    assert texts(text)[0] == first


@pytest.mark.parametrize("credit", ["(Herald)", "(Ada Reed / Norvik Press)"])
def test_a_sentence_with_a_credit_is_a_caption(credit: str):
    assert texts(f"Tom Reed trains for a race. {credit} {REPORT}") == [REPORT]


@pytest.mark.parametrize(
    "line",
    [
        "Nothing but trouble on the Weir Lane bridge.",
        "The long farewell of the bridge keeper.",
        "'Night Ferry' has fun with keepers.",
        "'Night Ferry' a danger to the harbour, keeper hints;",
        "'2nd bridge' his plan for the town, keeper hints;",
    ],
)
def test_a_first_line_without_a_verb_is_a_title(line: str):
    assert texts(f"{line}\n\n{REPORT}") == [REPORT]


def test_speech_may_open_with_what_the_reporter_put_in_brackets():
    said = (
        '"[The keeper\'s] words were wrong. The bridge is old. It may fall," she said.'
    )
    assert shown(f"{said} {REPORT}") == [REPORT]


def test_the_second_line_of_a_title_is_no_sentence_of_the_report():
    title = "Keeper faces a rival in the race for the bridge;"
    second = "Some miffed sailors of Norvik threaten to stay on the quay."
    assert texts(f"{title}\n{second}\n\n{REPORT}") == [REPORT]


@pytest.mark.parametrize(
    ("text", "leans"),
    [
        ("In this case the bridge stays.", True),
        ("Despite this hope, the bridge fell.", True),
        ("In this year the bridge fell.", False),
        ("This weekend's race was long.", False),
    ],
)
def test_this_points_back_unless_it_says_when(text: str, leans: bool):
    (passage,) = passages.extract_passages(Article(id="a", text=text))
    assert passage.leans is leans


def test_a_line_above_a_dateline_is_a_title():
    line = "The keeper of the bridge has had a bad year. What is next?"
    assert texts(f"{line}\n\nHALLIN (Wire) — {REPORT}") == [REPORT]


def test_a_repeated_first_line_that_reports_is_no_title():
    first = "The Hallin boss Ada Brandt has signed the keeper Tom Reed on a short deal."
    second = "Tom Reed, the keeper, said that he had signed the short deal with Hallin."
    assert texts(f"{first}\n\n{second}") == [first, second]


def test_a_name_in_single_marks_opens_no_speech():
    text = f"'Weir Lane people' his pride, the mayor says. {REPORT}"
    assert shown(text)[-1] == REPORT


def test_all_sentences_of_a_title_are_the_title():
    title = "The Last Ferry Leaves Hallin! Is It The End?"
    article = Article(id="a", text=f"{title}\n\n{REPORT}")
    assert [p.text for p in passages.extract_passages(article)] == [REPORT]
    line = passages.find_title_line(article)
    assert line is not None
    assert article.text[line.start : line.end] == title


def test_an_address_above_a_text_is_no_title():
    text = f"Old Customs House, Hallin\n\n{REPORT}"
    assert passages.find_title_line(Article(id="a", text=text)) is None
