"""大厅办件归集: counted cases come from a hall's own system, by file or by its interface, matched by codes and counted."""
