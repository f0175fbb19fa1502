"""防作弊监测: what would make figures look better than the work, per unit or person beside its peers (domain.md §9)."""
