"""The documentation: its pages from the code, its pictures, and what is checked."""
