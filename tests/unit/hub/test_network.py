import pytest

from openjupyter_service.hub.network import interface_name, internet_network


@pytest.mark.parametrize("name", ["openjupyter", "a" * 64, "a"])
def test_an_interface_has_a_short_name_of_its_own(name: str) -> None:
    names = {interface_name(name), interface_name(internet_network(name)), interface_name(name + "2")}
    assert len(names) == 3
    assert all(len(each) <= 15 and each.isascii() for each in names)  # IFNAMSIZ of Linux, less its end
