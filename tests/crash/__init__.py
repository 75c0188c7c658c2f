"""Palier is killed at random instants, again and again, and a judge looks for anything that was lost, doubled or left half done.

python -m tests.crash --engine sqlite --kills 200
"""
