"""Bytes of artifacts: where they lie, how they arrive, who may not be followed.

`store.py` says what any store of bytes can do; `local.py` does it in a folder, `s3.py`
in a bucket; `opening.py` chooses.
"""
