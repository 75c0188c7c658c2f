"""Pictures: values in, PNG bytes out. The only home of matplotlib, which is read when the first picture is drawn and not before.

`values` may be imported by anybody; `curve`, `days` and `paper` read matplotlib, and are imported where a picture is drawn.
"""
