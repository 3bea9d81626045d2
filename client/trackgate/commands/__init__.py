"""The client's subcommands; each file is loaded when its command is used."""
