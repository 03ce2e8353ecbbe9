"""What a person is told of their record.

Never puts health data outside the record, and never tells someone what is hidden from them.
"""
