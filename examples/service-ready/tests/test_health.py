from orders.health import readiness


def test_ready_only_when_everything_it_depends_on_is() -> None:
    assert readiness({"database": lambda: True}) == (200, {"database": True})
    assert readiness({"database": lambda: False}) == (503, {"database": False})
