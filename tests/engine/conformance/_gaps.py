"""Types of which moto has nothing; what it lacks of others stands in their cases, as `constant` and `unseen`."""

NOT_IN_MOTO = {
    "sixfold:budgets:Budget": "moto's budgets have no tags and cannot change; see test_budgets.py",
    "sixfold:eks:AccessEntry": "moto has no access entries; see test_eks_access_entry.py",
    "sixfold:eks:Addon": "moto has no add-ons; see test_eks_addon.py",
    "sixfold:eks:PodIdentityAssociation": "moto has no pod identities; see test_eks_pod_identity.py",
}
