import threading

from openjupyter_service.store import Store, Tickets
from tests.unit.store.conftest import Clock


def test_a_ticket_is_used_once(store: Store) -> None:
    tickets = Tickets(store)
    token = tickets.issue("login", {"nonce": "n", "parts": [1, "ü"]}, 60)
    assert tickets.look("login", token) == {"nonce": "n", "parts": [1, "ü"]}
    assert tickets.redeem("login", token) == {"nonce": "n", "parts": [1, "ü"]}
    assert tickets.redeem("login", token) is None and tickets.look("login", token) is None


def test_a_ticket_serves_its_purpose_alone(store: Store) -> None:
    tickets = Tickets(store)
    token = tickets.issue("login", {}, 60)
    assert tickets.redeem("admin", token) is None
    assert tickets.redeem("login", f"{token}\ud800") is None
    assert tickets.redeem("login", token) == {}


def test_a_ticket_expires_and_is_forgotten(store: Store, clock: Clock) -> None:
    tickets = Tickets(store)
    token = tickets.issue("login", {}, 60)
    clock.pass_(61)
    assert tickets.look("login", token) is None and tickets.redeem("login", token) is None
    tickets.issue("login", {}, 60)
    with store.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM tickets").scalar() == 1


def test_the_table_does_not_hold_the_token(store: Store) -> None:
    token = Tickets(store).issue("login", {}, 60)
    with store.read() as connection:
        assert token not in str(connection.exec_driver_sql("SELECT * FROM tickets").all())


def test_of_many_at_once_one_redeems_it(store: Store) -> None:
    token, got = Tickets(store).issue("login", {"a": 1}, 60), []
    barrier = threading.Barrier(8)

    def redeem() -> None:
        barrier.wait()
        got.append(Tickets(store).redeem("login", token))

    threads = [threading.Thread(target=redeem) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got, key=bool) == [None] * 7 + [{"a": 1}]
