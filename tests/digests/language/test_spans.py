from digests.language.spans import (
    drop_overlapping,
    overlaps_any,
    spans_overlap,
    trim_span,
)
from digests.types import Span


def span(start: int, end: int) -> Span:
    return Span(start=start, end=end)


def test_spans_that_only_touch_do_not_overlap():
    assert not spans_overlap(span(0, 3), span(3, 5))
    assert spans_overlap(span(0, 4), span(3, 5))
    assert overlaps_any(span(3, 5), [span(0, 3), span(4, 9)])


def test_of_overlapping_spans_the_earlier_and_then_the_longer_one_stays():
    found = [span(4, 6), span(0, 2), span(0, 3), span(2, 5)]
    assert drop_overlapping(found) == [span(0, 3), span(4, 6)]


def test_a_trimmed_span_has_no_white_space_at_its_ends():
    assert trim_span("  a b \n", 0, 7) == (2, 5)
    assert trim_span("   ", 0, 3) == (3, 3)
