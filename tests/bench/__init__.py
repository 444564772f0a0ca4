"""The benchmark suite behind `yaowang bench`: the product beside what is usually done, in one run, as ratios."""
