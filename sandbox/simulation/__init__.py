"""What customers are, do and say.

It is what every vendor's records are made from, and has no vendor's field names.
"""
