"""Every door of the house is given bytes that a coverage-guided fuzzer has made up, and laws say what must hold of every answer.

`make fuzz`, or python -m tests.fuzzing DOOR --seconds 60
"""
