"""`python -m trackgate` is `trackgate`, by the interpreter that is meant."""

from trackgate.cli import main

if __name__ == "__main__":
    main()
