"""The API for programs, by version."""
