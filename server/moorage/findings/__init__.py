"""What a finding is, what a rule is, and the fixes and advice that rules share."""
