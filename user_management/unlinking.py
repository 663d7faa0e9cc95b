"""What of this app depends on an environment's link: work on the pool's users, and the copy that is searched."""

from auth_import.dependents import Dependent
from auth_import.models import CognitoLink
from jobs.models import Job
from user_management.bulk.services import KIND as BULK
from user_management.csv_import.services import RUN, RUN_JOB
from user_management.groups.copy_job import KIND as COPY_GROUPS
from user_management.index.models import SavedView, SearchIndex

WORK = (BULK, RUN, RUN_JOB, COPY_GROUPS)
"""Jobs that change users or groups of the pool, and would be left half-way."""


def dependents(link: CognitoLink) -> list[Dependent]:
    at_work = Job.objects.filter(environment=link.environment, kind__in=WORK).unfinished().select_related("project")
    found = [
        Dependent(
            title=job.title,
            words=f"It is {job.get_status_display().lower()}, and changes users or groups of this pool. Wait until it "
            "has finished, or cancel it: what it has done stays done.",
            blocks=True,
            job=job,
        )
        for job in at_work
    ]
    index = SearchIndex.objects.filter(environment=link.environment, enabled=True).only("users").first()
    if index is not None:
        copied = f"the copy of {index.users} user{'' if index.users == 1 else 's'}" if index.users else "what is copied"
        words = f"It is turned off, and {copied} is deleted at once."
        found.append(
            Dependent("The search index", words, on_swap=f"{words} Turn it on for the new pool.", of_users=True)
        )
    views = SavedView.objects.filter(environment=link.environment).count()
    if views:
        stay = "1 saved view stays" if views == 1 else f"{views} saved views stay"
        words = f"{stay}, and can be used once a pool is linked again."
        on_swap = f"{stay}. In the new pool they may find other people, or nobody, under the same conditions."
        found.append(Dependent("Saved views", words, on_swap=on_swap, of_users=True))
    return found
