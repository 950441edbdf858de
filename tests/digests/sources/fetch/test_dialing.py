import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.sources.fetch.policy import is_public
from tests.wire.hostile_addresses import HOSTILE, PUBLIC


@pytest.mark.parametrize("address", HOSTILE)
def test_an_address_that_is_not_of_the_open_internet_is_not_public(address: str):
    assert not is_public(address), HOSTILE[address]


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_open_internet_is_public(address: str):
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_a_mapped_address_is_judged_like_the_one_inside(address):
    assert is_public(f"::ffff:{address}") == is_public(str(address))


@given(st.ip_addresses(v=6))
def test_only_global_unicast_is_public_in_ipv6(address):
    if is_public(str(address)) and address.ipv4_mapped is None:
        assert 0x2000 <= int(address) >> 112 <= 0x3FFF


@given(st.text(max_size=40))
def test_what_is_no_address_is_not_public(written: str):
    is_public(written)
    assert not is_public(written + "%eth0")
