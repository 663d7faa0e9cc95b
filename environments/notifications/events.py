"""What the console tells people and other programs of by itself, as `subject.verb`: names that receivers rely on."""

from enum import StrEnum


class Event(StrEnum):
    DRIFT_FOUND = "drift.found"
    DRIFT_ENDED = "drift.ended"
    POOL_VANISHED = "pool.vanished"
    CHECK_FAILED = "check.failed"
    """The watch could not look, several times in a row: a role that cannot be assumed, or AWS that does not answer."""
    UNLINK_FINISHED = "unlink.finished"


EVENT_WORDS: dict[str, str] = {
    Event.DRIFT_FOUND: "Linked resources changed in AWS",
    Event.DRIFT_ENDED: "A change in AWS is over, or was accepted",
    Event.POOL_VANISHED: "A linked user pool or identity pool is gone",
    Event.CHECK_FAILED: "Linked resources could not be checked",
    Event.UNLINK_FINISHED: "An unlink was finished in the cloud",
}
