"""Training in pure torch: no Django, no Celery, no database. Each stage also runs alone."""
