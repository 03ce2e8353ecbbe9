"""The medical profile of a record and its health measures.

It never decides who may see them: it asks ``access`` each time.
"""
