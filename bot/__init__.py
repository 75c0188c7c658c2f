"""Palier: a conversational companion that helps a person follow the plan their prescriber wrote."""

import os

# One message at a time is looked at, with small matrices: threads of the linear algebra would only wait for each other, and keep a second
# core busy with waiting. Read when numpy is first imported, which must therefore come after this.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
