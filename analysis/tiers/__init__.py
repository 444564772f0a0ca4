"""What the models hear and say: features, the linear models of tier 1 and the encoder of tier 2. Decision values, no verdict."""
