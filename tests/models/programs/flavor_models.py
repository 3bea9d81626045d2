"""One small model of each kind, trained on the same few rows.

Imported by the programs of this folder, in the environment of any client.
"""

import lightgbm
import numpy as np
import onnx
import pandas as pd
import statsmodels.api
import torch
import xgboost
from onnx import TensorProto, helper
from sklearn.linear_model import LogisticRegression

ROWS, COLUMNS = 24, ["first", "second", "third"]
_cells = np.arange(ROWS * len(COLUMNS), dtype=np.float64).reshape(ROWS, -1)
DATA = pd.DataFrame(np.sin(_cells) + np.cos(_cells * 3), columns=COLUMNS)
LABELS = (DATA["first"] + DATA["second"] > 0).to_numpy().astype(int)
ARRAY = DATA.to_numpy(dtype=np.float32)


def make(pyfunc):
    """The models by the names of their kinds, and what each flavor calls them.

    pyfunc  the client's module, whose PythonModel is derived from
    """
    torch.manual_seed(1)
    return {
        "python_function": ("python_model", python_model(pyfunc)),
        "sklearn": ("sk_model", LogisticRegression().fit(DATA, LABELS)),
        "xgboost": ("xgb_model", booster_of_xgboost()),
        "xgboost-classifier": (
            "xgb_model",
            xgboost.XGBClassifier(n_estimators=3, n_jobs=1).fit(DATA, LABELS),
        ),
        "lightgbm": ("lgb_model", booster_of_lightgbm()),
        "lightgbm-classifier": (
            "lgb_model",
            lightgbm.LGBMClassifier(
                n_estimators=3, n_jobs=1, min_child_samples=2, verbose=-1
            ).fit(DATA, LABELS),
        ),
        "pytorch": (
            "pytorch_model",
            torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Linear(4, 2)).eval(),
        ),
        "onnx": ("onnx_model", graph()),
        # Arrays, because pickled tables want the same release of pandas.
        "statsmodels": (
            "statsmodels_model",
            statsmodels.api.OLS(LABELS.astype(float), DATA.to_numpy()).fit(),
        ),
    }


def python_model(pyfunc):
    class Sum(pyfunc.PythonModel):
        def predict(self, context, model_input, params=None):
            return model_input.sum(axis=1).to_numpy() * 2

    return Sum()


def booster_of_xgboost():
    params = {"nthread": 1, "objective": "binary:logistic"}
    return xgboost.train(params, xgboost.DMatrix(DATA, LABELS), 3)


def booster_of_lightgbm():
    params = {
        "num_threads": 1,
        "objective": "binary",
        "min_data_in_leaf": 2,
        "verbose": -1,
    }
    return lightgbm.train(params, lightgbm.Dataset(DATA, LABELS), 3)


def graph():
    inputs = [helper.make_tensor_value_info("rows", TensorProto.FLOAT, [None, 3])]
    outputs = [helper.make_tensor_value_info("sums", TensorProto.FLOAT, [None, 1])]
    weights = helper.make_tensor("weights", TensorProto.FLOAT, [3, 1], [0.5, -1.0, 2.0])
    node = helper.make_node("MatMul", ["rows", "weights"], ["sums"])
    made = helper.make_graph([node], "sums", inputs, outputs, [weights])
    # Older than the library writes, so that any runtime computes it.
    opset = helper.make_opsetid("", 13)
    return helper.make_model(made, opset_imports=[opset], ir_version=9)


def predict(kind, model):
    """What the library itself, without any client, makes of the data."""
    flavor = kind.partition("-")[0]
    if kind == "xgboost":
        return model.predict(xgboost.DMatrix(DATA))
    if flavor == "pytorch":
        with torch.no_grad():
            return model(torch.from_numpy(np.array(ARRAY))).numpy()
    if flavor == "onnx":
        assert isinstance(model, onnx.ModelProto)
        weights = onnx.numpy_helper.to_array(model.graph.initializer[0])
        return ARRAY @ weights
    if flavor == "statsmodels":
        return model.predict(DATA.to_numpy())
    if flavor == "python_function":
        return DATA.sum(axis=1).to_numpy() * 2
    return model.predict(DATA)
