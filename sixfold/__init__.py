"""The vocabulary that infra, models and serving share. It imports none of them."""
