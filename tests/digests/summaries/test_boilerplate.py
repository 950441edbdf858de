"""Which lines among sentences are captions, calls to action and notices."""

import pytest

from digests.summaries.boilerplate import is_junk


@pytest.mark.parametrize(
    "line",
    [
        "Anyone with information is asked to call the police in Hallin.",
        "Witnesses are urged to contact the harbour police.",
        "For details call the museum on 555-0123.",
        "Hinweise nimmt die Polizei in Hallin entgegen.",
        "Zeugen werden gebeten, sich zu melden.",
        "For the pictures click here.",
        "To see the bridge scroll down.",
        "On a phone tap through the pictures.",
        "You can sign up for the letter.",
        "It costs less with a subscription.",
        "You can read more about the bridge.",
        "On the bridge read: Why it fell.",
        "For the races follow @hallin all day.",
        "The transcript follows.",
        "It is all rights reserved.",
        "The Herald © Norland.",
        "Ada Brandt contributed to this report.",
        "It comes with our newsletter.",
        "You can email us.",
        "Here you have your say.",
        "Here you can watch the video.",
        "A rush transcript of the talk.",
        "What was said is on this page.",
        "For a chance to be named on the show, comment on the bottom of this page.",
        "These are the views expressed by our guests.",
        "This is our cookie policy.",
        "What you see in this gallery.",
        "To all of you a good evening.",
        "Write to tips@example.org today.",
        "You may tweet with a location.",
        "We print your tweets.",
        "It is in the links below.",
        "We print your comments.",
        "The series is sponsored by the mill.",
        "Close icon Share icon and more.",
        "Continue reading the main story.",
        "There is a fault in media playback.",
        "It is not supported on this device.",
        "It is at https://example.org.",
        "It is at www.example.org.",
        "It is a file photo.",
        "The bridge, by Getty Images.",
        "A tired weaver lies on a bed in Hallin, north of Norvik, Monday, May 4, 2026.",
        "A man watches the fair in Hallin, Norland,Tuesday, June 25, 2013.",
        "Tune in tonight for the race at nine.",
        "The mayor looks on as the bridge is closed.",
        "Ada Brandt is pictured at the mill.",
        "Tom Reed poses for a photo at the quay.",
        "Ada Brandt posiert vor der Mühle.",
        "Ada Brandt (left) and Tom Reed at the quay.",
        "Ada Brandt (links) neben Tom Reed am Kai.",
        "Photo: the bridge of Hallin.",
        "Published on May 20.",
        "Follow the Herald on the net.",
        "Find out who walks around the globe.",
        "Thank you for reading the Herald!",
        "Please note that the page may be late.",
    ],
)
def test_a_line_that_is_no_report_is_recognized(line: str):
    assert is_junk(line)


@pytest.mark.parametrize(
    "sentence",
    [
        "The law stands as it was read on Monday, May 4, 2026, in Hallin.",
        "The fog poses a danger on the river.",
        "Witnesses saw the mill burn down on Monday and called the fire brigade.",
        "Es gibt keine Hinweise auf einen Brand.",
        "The council looks on the bridge as a loss.",
        "Ada Brandt (left) has resigned as mayor of Hallin.",
        "The police follow the trail of the thief.",
        "The clerk will release a transcript of the talk.",
        "The views of the mayor are her policy.",
        "The council has a good plan below the bridge.",
    ],
)
def test_a_sentence_with_such_a_word_is_none(sentence: str):
    assert not is_junk(sentence)
