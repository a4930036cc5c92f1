"""`python -m salesops_tui`."""

from salesops_tui.cli.entry import main

if __name__ == "__main__":
    main()
