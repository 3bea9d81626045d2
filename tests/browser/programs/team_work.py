"""Log what a team does in some days, and write as JSON where it is.

    team_work.py ANSWERS <PASSWORDS

ANSWERS is the file for the answers, PASSWORDS what each of the people comes in with, as
JSON. Names and numbers look like those of real trainings: README's pictures show them.
"""

import json
import sys
import warnings
from pathlib import Path

import fraud
import photos

warnings.simplefilter("ignore")
passwords = json.load(sys.stdin)
answers = {**photos.log(passwords), **fraud.log(passwords)}
Path(sys.argv[1]).write_text(json.dumps(answers))
