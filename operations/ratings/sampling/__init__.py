"""Follow-up of less than everything: who sets how much, and the draw that anybody can reckon again."""
