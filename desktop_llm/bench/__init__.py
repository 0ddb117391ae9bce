"""Measurements of the whole app on this computer. Each prints what produced its figures.

They use the real window without a screen, over a data folder of their own: neither the person's
conversations nor the settings are touched. The budgets are those of the design.
"""
