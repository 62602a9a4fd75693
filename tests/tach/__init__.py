"""What tach says about small projects, to compare with the contracts that its configuration becomes."""
