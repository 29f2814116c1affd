"""How many uploads failed and why, from what the server and the client wrote down. Pure."""

import pandas as pd

from analysis.data.outcomes import refused
from analysis.format import amount

# How the error of such an upload begins in requests.csv.
CLIENT = "client: "

# What to do about each limit, by its words in requests.csv.
REMEDIES = {
    "too many open files": "Allow a process more of them (ulimit -n)",
    "too many open files on this machine": "Close other programs",
    "no free port": "Widen the range of local ports (Linux: net.ipv4.ip_local_port_range)",
    "no buffer space": "Close other programs",
    "out of memory": "Close other programs",
    "not permitted": "Check whether a firewall on this machine blocks them",
    "no network": "Check that this machine is on the network of the stack",
    "unknown host": "Check the address of the stack",
}
OTHERS = "See Locust's log"


def failed_by_client(rows: pd.DataFrame) -> pd.Series:
    """Which uploads the load generator has failed by itself."""
    return rows["status"].isna() & rows["error"].str.startswith(CLIENT)


def client_failure_words(rows: pd.DataFrame) -> str:
    """A sentence with the limits that uploads of any phase have met, and what to do; empty if none has."""
    failed = rows[failed_by_client(rows)]
    if failed.empty:
        return ""
    counts = failed["error"].str.removeprefix(CLIENT).value_counts()
    limits = ", ".join(f"{count} {what}" for what, count in counts.items())
    remedies = dict.fromkeys(REMEDIES.get(what, OTHERS) for what in counts.index)
    return (
        f"The load generator itself failed {len(failed)} of {len(rows)} uploads ({limits}): that says nothing about "
        f"the server. {', '.join([*remedies][:2])}, or offer less load."
    )


# A larger share of failed uploads changes what a cell's rates and times are made of.
FAILED_TOLERANCE = 0.01
# The app answers a refusal with JSON; requests.csv holds how it begins.
REASON = r'"reason":\s*"(\w+)"'


def failure_words(rows: pd.DataFrame) -> str:
    """A sentence if more uploads of the window failed than the tolerance, the most frequent cause first."""
    cohort = rows[rows["in_cohort"]]
    # Of those that the load generator has failed itself, the check of the client tells.
    failed = cohort[(cohort["outcome"] == "failed") & ~failed_by_client(cohort)]
    if len(failed) <= FAILED_TOLERANCE * len(cohort):
        return ""
    told = ", ".join(f"{count} {cause}" for cause, count in causes(failed).value_counts().items())
    whole = amount(len(cohort), "upload")
    return (
        f"{len(failed)} of {whole} failed: {told}. Uploads that fail cost less than those whose "
        "picture is made, so the rates and times of this trial mean little. Send pictures that the app takes, or look "
        "into its logs."
    )


def causes(failed: pd.DataFrame) -> pd.Series:
    """The server's code for each failure; else the kind of error that the client met, else the status."""
    server = failed["reason"].where(failed["reason"] != "")
    told = failed["error"].str.extract(REASON, expand=False)
    kind = failed["error"].str.extract(r"^(client: [\w ]+|\w+)(?::|$)", expand=False)
    status = "HTTP " + failed["status"].map("{:.0f}".format).where(refused(failed))
    return server.fillna(told).fillna(kind).fillna(status).fillna("for no known reason")
