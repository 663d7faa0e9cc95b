"""What the console tells people and other programs of by itself, as `subject.verb`: names that receivers rely on."""

from enum import StrEnum


class Event(StrEnum):
    DRIFT_FOUND = "drift.found"
    DRIFT_ENDED = "drift.ended"
    POOL_VANISHED = "pool.vanished"
    CHECK_FAILED = "check.failed"
    """The watch could not look, several times in a row: a role that cannot be assumed, or AWS that does not answer."""
    UNLINK_FINISHED = "unlink.finished"

    @property
    def subject(self) -> str:
        """What people subscribe to: a drift that ends is sent to whoever heard that it began."""
        return self.value.partition(".")[0]


EVENT_WORDS: dict[str, str] = {
    Event.DRIFT_FOUND: "Linked resources changed in AWS",
    Event.DRIFT_ENDED: "A change in AWS is over, or was accepted",
    Event.POOL_VANISHED: "A linked user pool or identity pool is gone",
    Event.CHECK_FAILED: "Linked resources could not be checked",
    Event.UNLINK_FINISHED: "An unlink was finished in the cloud",
}

SUBJECT_WORDS: dict[str, str] = {
    "drift": "Linked resources change in AWS, and when that is over",
    "pool": "A linked user pool or identity pool is gone",
    "check": "Linked resources cannot be checked, several times in a row",
    "unlink": "An unlink is finished in the cloud",
}
"""Each is a tick on the page of notifications; the words complete “Write to me when …”."""

TEST = "console.test"
"""What *Send a test* sends. Nobody subscribes to it."""


def words_of(event: str) -> str:
    """For a page. An event that a later version left in a row is told by its name."""
    return "A test" if event == TEST else EVENT_WORDS.get(event, event)
