"""管家数据库: enterprises and who looks after them."""
