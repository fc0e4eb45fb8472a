"""What an auditor gets and believes: an incident's record, signed, and its verification."""
