"""One e-mail to a member, as plain text."""

from smtplib import SMTPException

from django.conf import settings
from django.core import mail

from environments.models import Membership
from environments.notifications.models import Delivery, Notification
from environments.notifications.posting import Outcome, address_of

TIMEOUT = 15
"""Seconds that the mail server may take for each of its answers."""


def send(delivery: Delivery) -> Outcome:
    """Write to the member, if they may still hear of it. Nothing is raised for what a mail server may do."""
    assert delivery.membership is not None
    if not settings.SENDS_EMAIL:
        return Outcome(words="This console sends no e-mail: EMAIL_URL is not set.", is_final=True)
    if not may_hear(delivery.membership, delivery.notification):
        return Outcome(words="This person has no access, or no e-mail address, any more.", is_final=True)
    letter = letter_to(str(delivery.membership.user.email), delivery)
    try:
        letter.connection = mail.get_connection(timeout=TIMEOUT)
        letter.send()
    except SMTPException as error:
        # The texts of mail servers may repeat what they were sent; the status alone says enough.
        code = getattr(error, "smtp_code", None)
        return Outcome(words=f"The mail server refused it{f' with {code}' if code else ''}.")
    except OSError:
        return Outcome(words="The mail server cannot be reached.")
    except ValueError:
        return Outcome(
            words="This is no address that a letter can be sent to. Change it in the account.", is_final=True
        )
    return Outcome()


def may_hear(membership: Membership, notification: Notification) -> bool:
    """Rights may have changed since the news was queued. One limited to environments hears of no other ones."""
    if not membership.user.is_active or not membership.user.email:
        return False
    limits = {environment.pk for environment in membership.environments.all()}
    return not limits or notification.environment_id in limits


def letter_to(address: str, delivery: Delivery) -> mail.EmailMessage:
    notification = delivery.notification
    project = notification.project
    place = f"{project.name} / {notification.environment_name}" if notification.environment_name else project.name
    settings_page = address_of(f"/projects/{project.slug}/notifications/")
    text = "\n\n".join(
        part
        for part in (
            notification.text or notification.title,
            f"Look at it: {address_of(notification.path)}",
            f"-- \n{place}\nYou asked for this letter. Change what you hear of: {settings_page}",
        )
        if part
    )
    return mail.EmailMessage(
        subject=" ".join(f"[{project.name}] {notification.title}".split()),
        body=f"{text}\n",
        to=[address],
        # A letter that is sent twice, because a worker died in between, is one letter to most mail servers.
        headers={"Message-ID": f"<{delivery.pk}@admin-ui.invalid>", "Auto-Submitted": "auto-generated"},
    )
