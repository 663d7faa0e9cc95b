"""The app's tasks, each defined beside what uses it."""

from environments.notifications.tasks import deliver as deliver
from environments.notifications.tasks import forget_old as forget_old
from environments.notifications.tasks import hand_out_due as hand_out_due
