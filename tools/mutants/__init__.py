"""`make mutants`: changes one operator, constant or name at a time, and counts the changes that no unit test notices.

Ours, after mutmut 3.8 and cosmic-ray 8.7 were tried: mutmut changes only what stands in functions without decorators,
so no table of constants (burn rates, policy rules, steps of a rollout) and no property; cosmic-ray starts an
interpreter and all imports for each change, half a minute for a file of rules, and changes no string such as "6h".
"""
