import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.i18n.translation import list_languages, negotiate_locale


@pytest.mark.parametrize(
    ("header", "locale"),
    [
        (None, "other"),
        ("", "other"),
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "de-AT"),
        ("fr-FR,fr;q=0.9,de;q=0.3,en;q=0.2", "de"),
        ("en;q=0.2,de;q=0.8", "de"),
        ("en-GB, de;q=0.9", "en-GB"),
        ("fr,nl", "other"),
        ("de;q=0", "other"),
        ("de;q=nan, en;q=2, de;q=x", "other"),
        ("*", "other"),
        ("fr," * 200 + "de", "other"),
    ],
)
def test_the_most_wanted_of_our_languages_is_taken(header, locale):
    assert negotiate_locale(header, "other") == locale


@given(header=st.text(alphabet="den-;q=0.19, *", max_size=60))
def test_no_header_selects_a_missing_language(header):
    found = negotiate_locale(header, "other")
    assert found == "other" or found.split("-")[0] in list_languages()
