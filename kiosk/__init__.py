"""What a citizen can do here: pure rules, no input or output, no sentence in any human language."""
