"""`python -m lottery` is `lottery`."""

from lottery.cli.app import main

if __name__ == "__main__":
    main()
