"""走访频次: rules, the obligations that follow from them, and what becomes of each."""
