"""Roles and acts as the interface names them."""

from service.domain.people import Act, Role


def test_every_role_and_act_has_a_word() -> None:
    for one in (*Role, *Act):
        assert one.word, one
    assert len({one.word for one in Act}) == len(Act)
