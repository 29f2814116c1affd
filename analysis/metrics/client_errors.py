"""Uploads that the load generator has failed by itself: its limits say nothing about the server. Pure."""

import pandas as pd

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
