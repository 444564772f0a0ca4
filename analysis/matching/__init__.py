"""Which articles govern: the table of situations, how situations are recognised, and how texts of policies are cut."""
