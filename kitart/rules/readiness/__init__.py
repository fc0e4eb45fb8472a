"""How ready the plan is: what would hold in each hour to come, what would not, what mends it."""
