"""万企评机关: planning, drawing, inviting, answering, freezing and publishing a campaign."""
