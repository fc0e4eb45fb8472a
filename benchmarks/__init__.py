"""What is measured by ``make bench``: ratios within one run, never a test that can fail by time."""
