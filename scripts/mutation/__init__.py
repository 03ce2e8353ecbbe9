"""Do the tests notice? Small wrongs put into the code one by one, and who catches them."""
