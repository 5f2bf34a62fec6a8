"""Encryption for one browser, against the example of the standard."""

from cryptography.hazmat.primitives.asymmetric import ec

from displays.alerts.sealed import decoded, seal
from tests.displays.alerts.post import AUTH, opened


def test_the_example_of_the_standard() -> None:
    """The same keys, salt and message give the very bytes of RFC 8291, appendix A."""
    sender = ec.derive_private_key(int.from_bytes(decoded("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")), ec.SECP256R1())
    receiver = decoded("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4")
    auth, salt = decoded("BTBZMqHH6r4Tts7J_aSIgg"), decoded("DGv6ra1nlYgDCS1FRnbzlw")
    expected = (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
        "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )
    assert decoded(expected) == seal(b"When I grow up, I want to be a watermelon", receiver, auth, sender, salt)


def test_only_the_browser_reads_it() -> None:
    """What is sealed for a browser is opened by its key."""
    browser, sender = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    point = browser.public_key().public_numbers()
    receiver = b"\x04" + point.x.to_bytes(32) + point.y.to_bytes(32)
    assert b"Giliran Anda" == opened(seal(b"Giliran Anda", receiver, AUTH, sender, bytes(16)), browser)
