"""The forms, one module per area; ``base`` says what every form has."""
