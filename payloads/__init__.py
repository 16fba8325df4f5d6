"""What the stand-ins bring and what the bot sends, read by libraries that others wrote. See docs/add-a-messenger.md."""
