"""The only code that runs inside Locust."""
