"""Runtime support of long commands: environment, signals, memory, terminal output and weight files."""
