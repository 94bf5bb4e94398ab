from openjupyter_service.store import People, Store


def test_what_a_launch_told_is_kept_and_renewed(store: Store) -> None:
    people = People(store)
    assert people.get("u1") is None
    people.remember("u1", "Ada Öztürk", None)
    people.remember("u1", None, "de-DE")
    person = people.get("u1")
    assert person is not None and (person.display_name, person.locale) == ("Ada Öztürk", "de-DE")
    assert "Ada" not in repr(person)


def test_a_person_is_forgotten(store: Store) -> None:
    people = People(store)
    people.remember("u1", "Ada", "en")
    people.forget("u1")
    assert people.get("u1") is None
