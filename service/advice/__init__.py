"""Other models that are asked for a second opinion: any interface of the chat-completions kind."""
