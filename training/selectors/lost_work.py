"""Work of the background that workers are lost with: how often it is begun again."""

from typing import Final

# What a worker was lost with is begun again, but not for ever.
MAX_LOST: Final = 3
LOST: Final = (
    f"It broke off {MAX_LOST} times: its worker or the database went away in the middle, for want "
    "of memory, of disk or of time. The logs of the worker and of the database say which."
)
