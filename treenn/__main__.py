"""`python -m treenn` is the `treenn` command."""

from treenn.cli import main

if __name__ == "__main__":
    main()
