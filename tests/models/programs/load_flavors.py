"""Load the models that other programs saved, in both ways, and let them predict.

    load_flavors.py MODULE WANTED ANSWERS

MODULE is the client; WANTED a JSON file, by any key kind and URI; ANSWERS the file
for what came of each, by the same key: predictions, their type and shape, or an error.
"""

import importlib
import json
import sys
import warnings
from pathlib import Path

import flavor_models
import numpy as np

warnings.simplefilter("ignore")
MODULE = sys.argv[1]
pyfunc = importlib.import_module(f"{MODULE}.pyfunc")


def native(kind, uri):
    flavor = kind.partition("-")[0]
    if flavor == "python_function":
        return pyfunc.load_model(uri).predict(flavor_models.DATA)
    module = importlib.import_module(f"{MODULE}.{flavor}")
    return flavor_models.predict(kind, module.load_model(uri))


def as_function(kind, uri):
    # A graph that was traced with floats takes those only.
    is_traced = kind.endswith("pt2")
    data = flavor_models.ARRAY if is_traced else flavor_models.DATA
    return pyfunc.load_model(uri).predict(data)


def answer(load, kind, uri):
    try:
        predicted = load(kind, uri)
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}
    array = np.asarray(predicted)
    return {
        "type": type(predicted).__name__,
        "dtype": str(array.dtype),
        "shape": list(array.shape),
        "values": array.ravel().tolist(),
    }


def main():
    wanted = json.loads(Path(sys.argv[2]).read_text())
    answers = {
        key: {
            "native": answer(native, kind, uri),
            "pyfunc": answer(as_function, kind, uri),
        }
        for key, (kind, uri) in wanted.items()
    }
    Path(sys.argv[3]).write_text(json.dumps(answers))


main()
