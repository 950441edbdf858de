import gzip
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.errors import ResponseTooLarge, SourceUnreadable
from digests.sources.fetch.response import BodyDecoder

MIB = 1 << 20


def unpacked(
    coding: str, *chunks: bytes, raw: int = 2 * MIB, limit: int = MIB
) -> bytes:
    body = BodyDecoder(coding=coding, raw=raw, unpacked=limit)
    for chunk in chunks:
        body.take(chunk)
    return body.whole()


def bare(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


@given(st.binary(max_size=3000), st.integers(1, 50))
def test_every_coding_we_offer_comes_out_as_it_went_in(data: bytes, size: int):
    for coding, packed in (
        ("", data),
        ("identity", data),
        ("gzip", gzip.compress(data)),
        ("X-GZIP", gzip.compress(data)),
        ("deflate", zlib.compress(data)),
        ("deflate", bare(data)),
    ):
        chunks = [packed[i : i + size] for i in range(0, len(packed), size)]
        assert unpacked(coding, *chunks) == data


def test_a_bomb_is_stopped_at_the_limit_without_being_unpacked():
    bomb = gzip.compress(b"\0" * (200 * MIB), 9)
    assert len(bomb) < MIB
    tracemalloc.start()
    try:
        with pytest.raises(ResponseTooLarge):
            unpacked("gzip", bomb)
        assert tracemalloc.get_traced_memory()[1] < 8 * MIB
    finally:
        tracemalloc.stop()


def test_a_bomb_inside_a_bomb_is_unpacked_once_only():
    inner = gzip.compress(b"\0" * (100 * MIB), 9)
    outer = gzip.compress(inner, 9)
    assert unpacked("gzip", outer) == inner


@pytest.mark.parametrize("coding", ["gzip, gzip", "br", "zstd", "compress", "gzip,"])
def test_a_coding_that_was_not_asked_for_is_not_read(coding: str):
    with pytest.raises(SourceUnreadable):
        unpacked(coding, b"x")


def test_more_bytes_over_the_wire_than_allowed_end_it():
    with pytest.raises(ResponseTooLarge):
        unpacked("", b"x" * 600, b"x" * 600, raw=1000)


def test_data_after_the_compressed_stream_is_ignored():
    assert unpacked("gzip", gzip.compress(b"news") + b"more" * 9) == b"news"


def test_a_broken_stream_is_an_error_and_no_crash():
    with pytest.raises(SourceUnreadable):
        unpacked("gzip", b"\x1f\x8b\x08" + b"\xff" * 40)
