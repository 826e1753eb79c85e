"""What intake makes blind tokens for (`cme_web.blinding`)."""

SAMENESS = b"cme referrals: blind tokens, 1"
"""Whether a row or a child was told before."""

ADDRESSES = b"cme referrals: addresses, 1"
"""Tokens that stand for addresses outside of intake."""
