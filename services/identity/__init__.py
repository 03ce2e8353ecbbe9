"""Who a record belongs to, and the life of that record from announcement to erasure.

Never holds health data, and never decides who may read a record.
"""
