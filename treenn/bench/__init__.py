"""`treenn bench`: training and prediction speed on this machine."""
