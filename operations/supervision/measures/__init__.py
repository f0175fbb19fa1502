"""约谈、挂牌督办、移交问责: proposed, approved by a leader, carried out; and the unit's word against it."""
