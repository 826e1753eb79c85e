"""Common transfer files: which element stands for which member of a form is data (maps/)."""
