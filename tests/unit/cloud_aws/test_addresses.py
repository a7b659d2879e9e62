"""Private addresses come in order, and only those that AWS would give."""

from ipaddress import IPv4Address, IPv4Network

from hypothesis import given
from hypothesis import strategies as st

from rackwright.cloud.aws.services.addresses import first_free, usable

networks = st.builds(
    lambda start, bits: IPv4Network((start & ~((1 << (32 - bits)) - 1), bits)),
    st.integers(10 << 24, (10 << 24) + (1 << 24) - 1),
    st.integers(16, 28),
)


@given(networks)
def test_aws_keeps_the_first_four_addresses_and_the_last(network: IPv4Network) -> None:
    numbers = usable(network)
    assert len(numbers) == network.num_addresses - 5
    assert IPv4Address(numbers[0]) == network.network_address + 4
    assert IPv4Address(numbers[-1]) == network.broadcast_address - 1


@given(networks, st.integers(0, 20))
def test_addresses_are_handed_out_upwards_without_a_repeat(network: IPv4Network, count: int) -> None:
    taken: set[str] = set()
    given_out = []
    for _ in range(min(count, len(usable(network)))):
        address = first_free(usable(network), taken)
        taken.add(address)
        given_out.append(int(IPv4Address(address)))
    assert given_out == list(usable(network))[: len(given_out)]


def test_a_full_subnet_gives_nothing() -> None:
    network = IPv4Network("10.0.0.0/28")
    taken = {str(IPv4Address(number)) for number in usable(network)}
    assert first_free(usable(network), taken) is None
