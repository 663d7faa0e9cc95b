"""`python -m aws.sandbox`: the sandbox without Django."""

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=5005, help="0 for any free port (default: 5005)")
    parser.add_argument("--host", default="127.0.0.1", help="0.0.0.0 inside a container (default: 127.0.0.1)")
    parser.add_argument("--empty", action="store_true", help="plant no sample account")
    parser.add_argument("--state", metavar="DIR", help="keep the account in this folder across restarts")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m aws.sandbox", description="A pretend AWS account over HTTP.")
    add_arguments(parser)
    options = parser.parse_args()
    # Imported late, so that the options can be shown where moto is not installed.
    from aws.sandbox.server import serve

    try:
        serve(options.port, options.empty, options.state, options.host)
    except OSError as error:
        parser.exit(1, f"Port {options.port} cannot be opened: {error.strerror}\n")


if __name__ == "__main__":
    main()
