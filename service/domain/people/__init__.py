"""Who works here, what each may do, how they log in and who is on duty."""
