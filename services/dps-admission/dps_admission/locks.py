"""How rows are locked here: others may go on naming a locked row in rows of theirs (FOR NO KEY UPDATE).

No row is ever deleted that another names. A lock that kept others from naming it would make whoever writes such a row
wait for whoever holds it, in no order, and two could wait for each other.
"""

from typing import Any

LOCK: dict[str, Any] = {"key_share": True}
