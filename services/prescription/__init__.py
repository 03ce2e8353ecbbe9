"""Digital prescriptions: each quantity leaves once, traced from the issue to the last box.

It never decides who may see one: it asks ``access`` each time.
"""
