"""Training methods: what each makes of the judged rollouts of a round."""
