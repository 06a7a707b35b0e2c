"""Every write to results: recording answers and rating them."""

from results.services.rating import FEEDBACK_MAX_CHARS, InvalidRating, rate_result, withdraw_rating
from results.services.recording import record_results

__all__ = ["FEEDBACK_MAX_CHARS", "InvalidRating", "rate_result", "record_results", "withdraw_rating"]
