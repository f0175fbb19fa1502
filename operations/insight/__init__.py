"""What is known, for whoever may see it: search, lists and pages. Nothing here changes anything but search tokens."""
