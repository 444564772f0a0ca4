"""Figures that leave the house: what counts where, what could be seen, before and after, and the weekly briefing."""
