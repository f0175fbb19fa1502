"""What people do. One public function is one business act and one transaction, or one question."""
