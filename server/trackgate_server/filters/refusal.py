"""How a search expression is refused."""


class FilterError(ValueError):
    """A filter or order clause which we do not understand or do not allow.

    message   says where, what was read there and what is allowed there
    position  character of the text, counted from 1; one past the last character
              stands for the end
    """

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.message = message
        self.position = position
