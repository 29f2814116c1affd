"""What made-up laptops would send."""

from analysis.pool.share_format import SentCell, Shared


def laptop(
    cores: int,
    speedup: float,
    *,
    one: str = "OVERLOADED",
    many: str = "OVERLOADED",
    failed: float = 0.0,
    **what: object,
) -> Shared:
    """A laptop whose one queue worker finishes 2 pictures/s, and four of them so many times as many."""
    cells = (
        SentCell(mode="queue", workers=1, throughput=2.0, speedup=1.0, ready_p95_s=None, verdict=one, failed=0.0),
        SentCell(
            mode="queue",
            workers=4,
            throughput=2 * speedup,
            speedup=speedup,
            ready_p95_s=None,
            verdict=many,
            failed=failed,
        ),
    )
    fields = {"cores": cores, "machine": "Some CPU", "system": "Linux", "workload": "cpu", "cells": cells}
    load = {"offered_rate": 20.0, "measured_s": 12.0, "conditions": "", "pictures": "0123456789ab"}
    return Shared(**{**fields, **load, **what})
