"""The command ``biastransfer`` and its subcommands."""
