"""How many uploads failed and why, from what the server and the client wrote down. Pure."""

import pandas as pd

from analysis.data.outcomes import refused

# How the error of such an upload begins in requests.csv.
CLIENT = "client: "


def failed_by_client(rows: pd.DataFrame) -> pd.Series:
    """Which uploads the load generator has failed by itself."""
    failed = rows["status"].isna()
    # Of those with a status nothing is read: to look at a million words takes seconds.
    failed[failed] = rows.loc[failed, "error"].str.startswith(CLIENT)
    return failed


def client_failures(rows: pd.DataFrame) -> pd.Series:
    """How many uploads the load generator has failed by itself, by the limit that they have met."""
    limits: pd.Series = rows.loc[failed_by_client(rows), "error"].str.removeprefix(CLIENT)
    return limits.value_counts()


# A larger share of failed uploads changes what a cell's rates and times are made of.
FAILED_TOLERANCE = 0.01
# The app answers a refusal with JSON; requests.csv holds how it begins.
REASON = r'"reason":\s*"(\w+)"'


def causes(failed: pd.DataFrame) -> pd.Series:
    """The server's code for each failure; else the kind of error that the client met, else the status."""
    server = failed["reason"].where(failed["reason"] != "")
    told = failed["error"].str.extract(REASON, expand=False)
    kind = failed["error"].str.extract(r"^(client: [\w ]+|\w+)(?::|$)", expand=False)
    status = "HTTP " + failed["status"].map("{:.0f}".format).where(refused(failed))
    return server.fillna(told).fillna(kind).fillna(status).fillna("for no known reason")
