"""The documents of a record: metadata, versions, visibility, content in object storage.

It never decides who may see one: it asks ``access`` each time.
"""
