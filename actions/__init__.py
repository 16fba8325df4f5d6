"""What the bot does: custom actions, one module per topic of the talk."""
