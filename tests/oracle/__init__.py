"""The oracle: generated, documented and real configurations, answered by import-linter and by this project."""
