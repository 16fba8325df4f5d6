"""What every campaign of this bot shares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rasa_twin24.campaign.hours import CallHours
from rasa_twin24.campaign.limits import Limits
from rasa_twin24.environment import file_megabytes, whole_number
from rasa_twin24.lists import ListSettings
from rasa_twin24.twin24 import CallerId


@dataclass(frozen=True)
class CampaignSettings:
    """Times are seconds."""

    script_id: str
    caller_id: CallerId
    default_region: str = "RU"
    # The script's variable for what stands beside a number: a name, a label.
    name_variable: str = "name"
    # What a file may be, and what its reading may cost.
    lists: ListSettings = field(default_factory=ListSettings)
    # In a list or a message, whoever was put into another task within so many days is told of.
    repeat_days: int = 30
    # How long a turn waits for TWIN before the work goes on beside the talk.
    patience: float = 2.0
    # When a start is allowed. The defaults are those of the environment's.
    hours: CallHours = field(default_factory=lambda: CallHours.from_env({}))
    limits: Limits = field(default_factory=Limits)
    # How long a shown plan may be said yes to.
    plan_life: float = 15 * 60
    # Above so many candidates the person types their number instead of "yes".
    count_from: int = 100
    # How long TWIN may take to get a filled task ready for its start.
    ready_deadline: float = 20.0
    # How long a task just made may refuse its first candidates. Other clients of TWIN wait 2 to 6 seconds there.
    settle_deadline: float = 6.0
    first_pause: float = 0.25
    longest_pause: float = 2.0
    # Candidates per request, and requests at once. TWIN names no maximum of either.
    portion: int = 100
    portions_at_once: int = 4
    # When to look whether a `play` without an answer was carried out; TWIN does not show its own writes at once.
    verify_after: tuple[float, ...] = (1, 2, 4, 8, 15)
    # Pauses between looks at a running task: the first, and the longest they grow to.
    watch_first: float = 2.0
    watch_longest: float = 60.0

    @property
    def repeat_seconds(self) -> float:
        return self.repeat_days * 24 * 3600.0

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> CampaignSettings:
        """Read `TWIN24_SCRIPT_ID`, `TWIN24_CID_TYPE`, `TWIN24_CID_DATA`, `BOT_DEFAULT_REGION`, `BOT_PLAN_MINUTES`,
        `BOT_COUNT_FROM`, `BOT_PORTION`, `BOT_PORTIONS_AT_ONCE`,
        `BOT_NAME_VARIABLE`, `BOT_REPEAT_DAYS`, `BOT_MAX_FILE_MB`,
        `BOT_MAX_FILE_ROWS` and those of the hours and the limits.

        Raises `ValueError`, naming the variable and the mend.
        """
        script_id = env.get("TWIN24_SCRIPT_ID") or ""
        if not script_id:
            raise ValueError("TWIN24_SCRIPT_ID is missing: copy the script's ID from the cabinet (column ID)")
        cid_type = env.get("TWIN24_CID_TYPE") or "gornum"
        cid_data = env.get("TWIN24_CID_DATA") or None
        if cid_type == "default":
            caller_id = CallerId("default", None)
        elif cid_type not in ("gornum", "pool"):
            raise ValueError(f"TWIN24_CID_TYPE is '{cid_type}': use default, gornum or pool")
        elif cid_data is None:
            raise ValueError(
                f"TWIN24_CID_DATA is missing: TWIN24_CID_TYPE={cid_type} needs the id of the number or of the pool"
            )
        else:
            caller_id = CallerId("gornum" if cid_type == "gornum" else "pool", cid_data)
        region = (env.get("BOT_DEFAULT_REGION") or "RU").upper()
        if len(region) != 2 or not region.isalpha():
            raise ValueError(f"BOT_DEFAULT_REGION is '{region}': use a two-letter country code such as RU")
        return cls(
            script_id=script_id,
            caller_id=caller_id,
            default_region=region,
            name_variable=(env.get("BOT_NAME_VARIABLE") or "").strip() or "name",
            hours=CallHours.from_env(env),
            limits=Limits.from_env(env),
            plan_life=whole_number(env, "BOT_PLAN_MINUTES", 15, least=1) * 60,
            count_from=whole_number(env, "BOT_COUNT_FROM", 100),
            lists=ListSettings(
                megabytes=file_megabytes(env),
                rows=whole_number(env, "BOT_MAX_FILE_ROWS", ListSettings.rows, least=1, most=1_000_000),
            ),
            repeat_days=whole_number(env, "BOT_REPEAT_DAYS", 30),
            portion=whole_number(env, "BOT_PORTION", 100, least=1),
            portions_at_once=whole_number(env, "BOT_PORTIONS_AT_ONCE", 4, least=1),
        )
