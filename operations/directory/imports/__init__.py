"""导入: the two reporting templates come into the directory, checked row by row and taken in one transaction."""
