"""How to reach TWIN: login, addresses, time limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

import httpx

# TWIN's guide, https://confluence.twin24.ai/pages/viewpage.action?pageId=177308238. Resellers run the same
# platform on hosts of their own.
IAM_URL = "https://iam.twin24.ai/api/v1"
CIS_URL = "https://cis.twin24.ai/api/v1"


@dataclass(frozen=True)
class Settings:
    """The login of a TWIN cabinet and the limits of every request; login and password stay out of the repr.

    Times are in seconds. `read_timeout` bounds each silence, `total_timeout` a whole call of this client,
    sign-in and repetitions included. Raises ValueError, naming the variable, for a value that cannot work.
    """

    email: str = field(repr=False)
    password: str = field(repr=False)
    iam_url: str = IAM_URL
    cis_url: str = CIS_URL
    connect_timeout: float = 5.0
    read_timeout: float = 15.0
    write_timeout: float = 10.0
    pool_timeout: float = 5.0
    total_timeout: float = 25.0
    token_ttl: int = 43_200
    """Wished life of a token; the longest TWIN allows is not documented."""

    def __post_init__(self) -> None:
        if not self.email:
            raise ValueError("TWIN24_EMAIL is empty: set it to the login of the TWIN cabinet")
        if not self.password:
            raise ValueError("TWIN24_PASSWORD is empty: set it to the password of the TWIN cabinet")
        # A frozen dataclass lets no one assign, itself included.
        object.__setattr__(self, "iam_url", _base_address("TWIN24_IAM_URL", self.iam_url))
        object.__setattr__(self, "cis_url", _base_address("TWIN24_CIS_URL", self.cis_url))
        for limit in fields(self):
            if limit.name.endswith(("_timeout", "_ttl")) and not getattr(self, limit.name) > 0:
                raise ValueError(f"{limit.name} must be more than 0 seconds")

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Settings:
        """Read `TWIN24_EMAIL`, `TWIN24_PASSWORD`, `TWIN24_IAM_URL` and `TWIN24_CIS_URL`.

        An address left out or empty is TWIN's own. Raises ValueError, naming the variable.
        """
        return cls(
            email=env.get("TWIN24_EMAIL", ""),
            password=env.get("TWIN24_PASSWORD", ""),
            iam_url=env.get("TWIN24_IAM_URL") or IAM_URL,
            cis_url=env.get("TWIN24_CIS_URL") or CIS_URL,
        )


def _base_address(variable: str, url: str) -> str:
    # The address itself is not repeated: somebody may have written a password into it.
    mend = f"{variable} must be an address such as https://twin.example.org/api/v1"
    try:
        address = httpx.URL(url.strip())
    except httpx.InvalidURL:
        raise ValueError(mend) from None
    if address.scheme not in ("http", "https") or not address.host:
        raise ValueError(mend)
    if not 0 < (address.port or 443) < 65_536:
        raise ValueError(mend)
    if address.userinfo or address.query or address.fragment:
        raise ValueError(mend)
    return str(address).rstrip("/")
