"""Every way agenda says no."""

from shared.kernel.errors import Conflict, Forbidden, TooMany

READ_ONLY_FR = (
    "Ce rendez-vous a été inscrit par un service connecté à votre dossier. Pour le modifier ou"
    " l’annuler, adressez-vous à ce service : le changement apparaîtra ensuite ici."
)


class ReadOnly(Forbidden):
    """What a service wrote is changed at its source."""


class AlreadyCancelled(Conflict):
    """This appointment was cancelled; a cancelled one is not changed any more."""


class TooManyReminders(TooMany):
    """There are as many reminders on that day as a day may hold."""


class TooManyToCome(TooMany):
    """There are as many reminders to come as there may be."""


class TooManyAppointments(TooMany):
    """This agenda holds as many appointments as it may."""


class TooManyOccurrences(TooMany):
    """More occurrences than one answer may come from: ask for a shorter time."""
