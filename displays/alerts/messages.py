"""The words of an alert, in the language of whoever gets it."""

from collections.abc import Callable

from displays.alerts.rules import Alert

Translate = Callable[[str], str]


def title_of(alert: Alert, translate: Translate) -> str:
    """What stands first and in bold."""
    if alert.counter is None:
        return translate("%(label)s: your turn is near") % {"label": alert.label}
    return translate("%(label)s: counter %(counter)s") % {"label": alert.label, "counter": alert.counter}


def text_of(alert: Alert, translate: Translate) -> str:
    """One sentence that says what to do."""
    if alert.counter is None:
        return translate("People ahead of you: %(n)s. Please come to the hall.") % {"n": alert.ahead}
    if alert.calls > 1:
        return translate("Call no. %(n)s. Please go to counter %(counter)s now.") % {"n": alert.calls, "counter": alert.counter}
    return translate("It is your turn. Please go to counter %(counter)s.") % {"counter": alert.counter}
