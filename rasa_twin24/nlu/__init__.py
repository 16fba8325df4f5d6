"""Components of Rasa's NLU pipeline: thin wrappers around the rules in `rasa_twin24.text`."""
