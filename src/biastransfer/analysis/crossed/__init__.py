"""Where bias comes from in a crossed design: pre-trained models x training data x replicates."""
