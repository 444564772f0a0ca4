"""One module at a time, without processes, files of others or network."""
