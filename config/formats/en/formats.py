"""The names that Django looks for; the same in every language."""

from config.formats import DATE, MOMENT

DATE_FORMAT = SHORT_DATE_FORMAT = DATE
DATETIME_FORMAT = SHORT_DATETIME_FORMAT = MOMENT
