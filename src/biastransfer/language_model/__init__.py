"""Reading a language model: filled sentences as tokens, log probabilities at masks, hidden states."""
