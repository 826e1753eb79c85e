"""The rules: who is told what, what may become of a message, how people write dates. Standard library only."""
