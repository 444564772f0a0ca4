"""Officers' labels and other models' opinions, trainings, and the model in force."""
