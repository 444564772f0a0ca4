"""Owns everything with memory or consequences: storage, alerts, policies, people, HTTP, mail, briefings."""
