"""大城: the demonstration at a real city's size — its ground, stewards, enterprises and a year of interactions."""
