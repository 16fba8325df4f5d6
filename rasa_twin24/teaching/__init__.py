"""Teaching: phrases that an owner adds, their checks, the training beside the running bot, and the way back."""
