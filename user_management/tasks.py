"""The app's tasks, each defined beside what uses it."""

from user_management.bulk.tasks import carry_out as carry_out
from user_management.bulk.tasks import forget as forget
from user_management.bulk.tasks import work_out as work_out
from user_management.csv_import.tasks import check_file as check_file
from user_management.csv_import.tasks import forget_expired as forget_expired
from user_management.csv_import.tasks import run_cognito_job as run_cognito_job
from user_management.csv_import.tasks import run_rows as run_rows
from user_management.groups.tasks import copy_groups as copy_groups
from user_management.index.tasks import fill_index as fill_index
from user_management.index.tasks import refresh_due as refresh_due
