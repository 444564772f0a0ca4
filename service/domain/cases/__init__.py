"""The answer to one alert: what is written of it, which steps lead on, who may take them and whose turn it is. Pure."""
