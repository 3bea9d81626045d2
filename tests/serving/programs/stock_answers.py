"""Asks the stock client's scoring server, in its own process and without a network.

Arguments: the model's folder and a file of cases, [[body, content type], …]. Prints
[[status, answer], …] as JSON in the last line.
"""

import json
import sys

from mlflow.exceptions import MlflowException
from mlflow.pyfunc import load_model, scoring_server


def main() -> None:
    folder, cases = sys.argv[1:]
    model = load_model(folder)
    schema = model.metadata.get_input_schema()
    with open(cases) as file:
        asked = json.load(file)
    answers = [_answer(body, kind, model, schema) for body, kind in asked]
    print(json.dumps(answers))  # noqa: T201 - it is what is asked for


def _answer(body, kind, model, schema):
    try:
        answer = scoring_server.invocations(body.encode(), kind, model, schema)
    except MlflowException as error:
        return [error.get_http_status_code(), error.message]
    return [answer.status, answer.response]


if __name__ == "__main__":
    main()
