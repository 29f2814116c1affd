"""Whether this machine is ready for a lesson, and what is to be expected on it."""
