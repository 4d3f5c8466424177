"""What a study file says: its sections, the checks across them, and the nodes that it consists of."""
