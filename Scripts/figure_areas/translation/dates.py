"""Dates in many written forms to ISO 8601: the quick start of the task."""
from ..tasks.runs import train

ITEMS = 1000


def run(figures, is_long):
    """`dates`: share of a thousand unseen items that are right, and how long the training takes."""
    result = train("translate", "--preset", "dates")
    figures.at_least("dates", 100 * result["metrics"]["test"]["exact_match"],
                     f"% of {ITEMS} unseen dates right; trained in {result['seconds']:.1f} s", 100)
    figures.at_most("dates_seconds", round(result["seconds"], 1), "s of training", 60)
