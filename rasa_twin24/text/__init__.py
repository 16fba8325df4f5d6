"""Rules of the language, pure: numbers, consent, commands, names. No Rasa, no network."""
