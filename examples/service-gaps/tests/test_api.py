from billing.api import cents


def test_amounts_are_kept_in_cents() -> None:
    assert cents("12.5") == 1250
