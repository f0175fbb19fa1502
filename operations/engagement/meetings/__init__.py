"""会议: planned with a problem list, held with minutes, decided with tickets."""
