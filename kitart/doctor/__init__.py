"""Says what is wrong now, what it means and what to do (``kitart doctor``); it changes nothing."""
