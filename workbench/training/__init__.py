"""Training: pretraining the tutor model, rollouts, teacher contexts, losses, the loop."""
