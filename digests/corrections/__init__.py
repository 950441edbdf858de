"""What a changed text corrects, and how that amends a published story."""
