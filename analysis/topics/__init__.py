"""What people ask and argue about a policy, in their own sentences."""
