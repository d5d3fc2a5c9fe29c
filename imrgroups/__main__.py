"""`python -m imrgroups` is the command `imrgroups`."""

from imrgroups.cli import main

if __name__ == "__main__":
    main(prog_name="imrgroups")
