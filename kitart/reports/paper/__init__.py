"""The plan on paper: for each role its steps, the matrix, lines, suppliers, blank forms (D17)."""
