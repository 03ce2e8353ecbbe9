"""What is heavy and seldom needed is made at its first use."""

from shared.kernel.at_use import at_use


class Printer:
    made = 0

    def __init__(self) -> None:
        Printer.made += 1

    def print(self, text: str) -> str:
        return text.upper()


def test_it_is_made_when_first_asked_and_once() -> None:
    printer = at_use(Printer)
    assert Printer.made == 0
    assert printer.print("a") == "A"
    assert printer.print("b") == "B"
    assert Printer.made == 1
