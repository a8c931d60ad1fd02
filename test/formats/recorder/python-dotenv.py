"""Reads env files (a JSON array of texts) on stdin, writes python-dotenv's reading of each on stdout."""

import importlib.metadata
import json
import logging
import os
import sys
import tempfile

from dotenv import dotenv_values

logging.disable(logging.CRITICAL)
texts = json.load(sys.stdin)
os.environ.clear()
cases = {}
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "env")
    for text in texts:
        with open(path, "wb") as file:
            file.write(text.encode())
        # a file, not a stream: only a file goes through Python's universal newlines
        values = dotenv_values(path, encoding="utf-8")
        cases[text] = {key: value for key, value in values.items() if value is not None}
version = importlib.metadata.version("python-dotenv")
json.dump({"reader": f"python-dotenv {version}", "cases": cases}, sys.stdout, indent=2)
