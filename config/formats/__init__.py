"""How Django itself writes days and instants where it is not asked to: in the admin's lists, forms and history.

One way for all languages, the portal's own (`pool.formats.day`, `pool.formats.moment`).
"""

DATE = "Y-m-d"
MOMENT = "Y-m-d H:i"
