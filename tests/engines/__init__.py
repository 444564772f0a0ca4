"""The servers that tests run against: started by the tests themselves on loopback, gone when the tests end."""
