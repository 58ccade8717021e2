"""`mapping`: shown, checked, matched by e-mail, written."""
