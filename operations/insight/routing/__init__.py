"""派单归属 as pages show it: the catalogue, rulings, returns, and how good the suggestions are."""
