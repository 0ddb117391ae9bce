"""The fine-tuning place: preparing a run, and the runs. `page` puts both together."""
