"""Call campaigns on the TWIN platform, started by talking: a plugin for Rasa Open Source 3.6."""

__version__ = "0.1.0"
