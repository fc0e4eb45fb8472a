"""The cover ladder: who sits in for whom, from the agent who moves down to voicemail (R19-R42).

``proposal.propose`` is the way in: a plan and ``facts.Facts`` in, a ``Proposal`` out.
"""
