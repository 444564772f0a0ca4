"""From collected to consequences, on a real store, with a judge that says what the test tells it to."""
