"""Load models that any client saved, in both ways, and let them predict.

Imported by the programs of this folder, in the environment of any client.
"""

import importlib

import flavor_models
import numpy as np


def answers(client, wanted):
    """What came of each, by the same key: predictions, type and shape, or an error.

    client  the name of its module
    wanted  by any key, kind and URI of a model
    """
    return {
        key: {
            "native": answer(native, client, kind, uri),
            "pyfunc": answer(as_function, client, kind, uri),
        }
        for key, (kind, uri) in wanted.items()
    }


def native(client, kind, uri):
    flavor = kind.partition("-")[0]
    if flavor == "python_function":
        return as_function(client, kind, uri)
    module = importlib.import_module(f"{client}.{flavor}")
    return flavor_models.predict(kind, module.load_model(uri))


def as_function(client, kind, uri):
    # A graph that was traced with floats takes those only.
    is_traced = kind.endswith("pt2")
    data = flavor_models.ARRAY if is_traced else flavor_models.DATA
    pyfunc = importlib.import_module(f"{client}.pyfunc")
    return pyfunc.load_model(uri).predict(data)


def answer(load, client, kind, uri):
    try:
        predicted = load(client, kind, uri)
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}
    array = np.asarray(predicted)
    return {
        "type": type(predicted).__name__,
        "dtype": str(array.dtype),
        "shape": list(array.shape),
        "values": array.ravel().tolist(),
    }
