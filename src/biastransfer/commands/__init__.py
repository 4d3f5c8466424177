"""What each subcommand of ``biastransfer`` does."""
