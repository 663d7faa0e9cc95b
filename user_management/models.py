"""The app's tables, each defined beside what uses it."""

from user_management.bulk.models import BulkOperation as BulkOperation
from user_management.bulk.models import BulkRow as BulkRow
from user_management.csv_import.models import ImportPart as ImportPart
from user_management.csv_import.models import ImportProblem as ImportProblem
from user_management.csv_import.models import ImportRow as ImportRow
from user_management.csv_import.models import UserImport as UserImport
from user_management.index.models import IndexedMember as IndexedMember
from user_management.index.models import IndexedUser as IndexedUser
from user_management.index.models import SavedView as SavedView
from user_management.index.models import SearchIndex as SearchIndex
from user_management.index.models import WalkedPart as WalkedPart
from user_management.listing.models import ListPreference as ListPreference
