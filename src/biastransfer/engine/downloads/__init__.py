"""Getting files, datasets and checkpoints from the network, and holding what came to what came first."""
