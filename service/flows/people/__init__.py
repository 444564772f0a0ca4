"""The list of people, their log-ins and second factors, and the duty roster."""
